// How often people see what changes all the time: progress, packet lines, lists.

/** Milliseconds between two updates of a screen: ten a second, since a frame of many rows blocks the event loop for 20. */
export const refreshInterval = 100;
