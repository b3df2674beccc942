// A lesson as a teacher writes it: one step, one wrong turn.

/** The text of its file. */
export const small = `# A teacher's lesson.
lesson: my-own
title: My own
minutes: 5

step: Only step
text:
  Look:

    │─ ACK 1 ─▶│
set-up:
  options off
task: Lose
  DATA 2.
check:
  server DATA 2 lost once -- DATA 2 has to get lost.
  client ended complete
passed: So it is.
hint: impair
hint: drop
solution:
  impair server drop DATA 2 once
  get three.bin
wrong: That was an ACK.
when:
  client ACK lost
play:
  impair client drop ACK 2 once
  get three.bin
`;
