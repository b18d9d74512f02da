export { describeWeather, type Language, pickLanguage } from './descriptions.ts';
export type { Weather } from './schemas.ts';
export { createWeather } from './weather.ts';
