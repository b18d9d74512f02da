export { describeWeather } from './descriptions.ts';
export { createWeather } from './weather.ts';
