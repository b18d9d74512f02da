export { describeWeather, type Language, pickLanguage } from './descriptions.ts';
export { createWeather } from './weather.ts';
