export { type ChatKitSessions, createChatKitSessions } from './chatkit-sessions.ts';
