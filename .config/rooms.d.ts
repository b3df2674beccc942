// Types of rooms.js for the tests that read it.
export declare const rooms: Readonly<Record<string, readonly string[]>>;
export declare const purposes: Readonly<Record<string, string>>;
export declare const pureRooms: readonly string[];
export declare const gates: Readonly<Record<string, readonly string[]>>;
