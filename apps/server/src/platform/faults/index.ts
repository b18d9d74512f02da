export { asWork, surviveFaults } from './survive-faults.ts';
