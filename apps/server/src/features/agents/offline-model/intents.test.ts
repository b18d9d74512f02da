import { expect, it } from 'vitest';
import { understand } from './intents.ts';
import { fold } from './language.ts';
import { offlineTitle } from './title.ts';

const weather: [message: string, language: string, city: string, country?: string][] = [
  ['What is the weather in Paris?', 'en', 'Paris'],
  ["what's the weather like in Paris today?", 'en', 'Paris'],
  ['weather in new york', 'en', 'new york'],
  ['Weather Berlin', 'en', 'Berlin'],
  ['London weather', 'en', 'London'],
  ["What's London's weather", 'en', 'London'],
  ['How hot is it in Cairo right now?', 'en', 'Cairo'],
  ['Is it raining in Dublin?', 'en', 'Dublin'],
  ['In Oslo, is it snowing?', 'en', 'Oslo'],
  ['Tell me the temperature in Paris, Texas please', 'en', 'Paris', 'Texas'],
  ['weather for Lyon in France', 'en', 'Lyon', 'France'],
  ['What is the weather in Paris (France)?', 'en', 'Paris', 'France'],
  ['Can you give me the forecast for San Francisco tomorrow?', 'en', 'San Francisco'],
  ['Hello, what is the weather in Rome?', 'en', 'Rome'],
  ['weather in the city of Bath', 'en', 'Bath'],
  ['weather in Saint-Étienne', 'en', 'Saint-Étienne'],
  ['Will it rain in Seattle this weekend?', 'en', 'Seattle'],
  ['Quel temps fait-il à Lyon ?', 'fr', 'Lyon'],
  ['quel temps fait-il a Lyon', 'fr', 'Lyon'],
  ['Météo Marseille', 'fr', 'Marseille'],
  ['meteo à Nice', 'fr', 'Nice'],
  ["Quelle est la météo à Aix-en-Provence aujourd'hui ?", 'fr', 'Aix-en-Provence'],
  ['Il fait combien à Lille en ce moment ?', 'fr', 'Lille'],
  ['Est-ce qu’il pleut à Brest ?', 'fr', 'Brest'],
  ['Pleut-il à Nantes ?', 'fr', 'Nantes'],
  ['Fait-il froid à Québec, Canada ?', 'fr', 'Québec', 'Canada'],
  ['Donne-moi la température à Toulouse s’il te plaît', 'fr', 'Toulouse'],
  ['Bonjour, quel temps fait-il à Paris maintenant ?', 'fr', 'Paris'],
  ['Dis-moi le temps qu’il fait à Genève', 'fr', 'Genève'],
  ['La météo au Havre', 'fr', 'Havre'],
  ['Quel temps fera-t-il demain à Bordeaux ?', 'fr', 'Bordeaux'],
  ['la météo à Valence en Espagne', 'fr', 'Valence', 'Espagne'],
  ['¿Qué tiempo hace en Madrid?', 'es', 'Madrid'],
  ['que tiempo hace en Sevilla', 'es', 'Sevilla'],
  ['¿Cómo está el clima en Bogotá hoy?', 'es', 'Bogotá'],
  ['Clima Lima', 'es', 'Lima'],
  ['El tiempo en Barcelona, por favor', 'es', 'Barcelona'],
  ['¿Llueve en Bilbao?', 'es', 'Bilbao'],
  ['¿Hace frío en Ávila?', 'es', 'Ávila'],
  ['¿Qué temperatura hay en Ciudad de México?', 'es', 'Ciudad de México'],
  ['Dime el pronóstico para Córdoba, Argentina', 'es', 'Córdoba', 'Argentina'],
  ['¿Qué tiempo hará mañana en Zaragoza?', 'es', 'Zaragoza'],
  ['Hola, ¿qué tiempo hace en Granada?', 'es', 'Granada'],
];

it.each(weather)('%s', (message, language, city, country) => {
  const understood = understand([message], 'en');
  expect(understood).toMatchObject({ language, intent: { kind: 'weather', city } });
  expect((understood.intent as { country?: string }).country).toBe(country);
});

it.each([
  ['Will it rain in Oslo tomorrow?', true],
  ['Quel temps fera-t-il demain à Bordeaux ?', true],
  ['¿Qué tiempo hará mañana en Zaragoza?', true],
  ['What is the weather in Oslo?', false],
])('knows whether %s is about another time', (message, later) => {
  expect(understand([message], 'en').intent).toMatchObject({ kind: 'weather', later });
});

it.each([
  ['I feel under the weather'],
  ['We will weather the storm in Paris'],
  ['Write a poem about the weather in Paris'],
  ['How does the weather work?'],
  ['What does the temperature parameter of the model in OpenAI do, in Paris terms, for somebody who never saw it?'],
  ['Which is the boiling temperature of water in Denver?'],
  ['¿Cuánto tiempo tengo en Madrid?'],
  ['El tiempo vuela en Madrid'],
  ['¿Cómo es el clima laboral en Madrid?'],
  ['Combien de temps faut-il à Lyon ?'],
  ['En même temps, à Paris, tout est cher'],
  ['Écris un poème sur la météo à Paris'],
  ['Who is the mayor of Paris?'],
  ['Qui est le maire de Lyon ?'],
  ['and in Rome?'],
  [`Summarise this: ${'the weather in Paris is nice. '.repeat(20)}`],
])('does not take this for a question about the weather: %s', (message) => {
  expect(understand([message], 'en').intent.kind).not.toMatch(/weather|which_city/);
});

it.each<[string[], string, string]>([
  [['What is the weather in Paris?', 'and in Rome?'], 'en', 'Rome'],
  [['What is the weather in Paris?', 'What about Berlin?'], 'en', 'Berlin'],
  [['Quel temps fait-il à Lyon ?', 'et à Rome ?'], 'fr', 'Rome'],
  [['Quel temps fait-il à Lyon ?', 'Et Rome ?'], 'fr', 'Rome'],
  [['¿Qué tiempo hace en Madrid?', '¿y en Roma?'], 'es', 'Roma'],
  [['weather?', 'Paris'], 'en', 'Paris'],
  [['Quel temps fait-il ?', 'à Lille'], 'fr', 'Lille'],
  [['¿Qué tiempo hace?', 'Madrid'], 'es', 'Madrid'],
  [['What is the weather in Paris?', 'and in Rome?', 'and in Oslo?'], 'en', 'Oslo'],
])('follows on: %j', (messages, language, city) => {
  expect(understand(messages, 'en')).toMatchObject({ language, intent: { kind: 'weather', city } });
});

it.each([
  ['What is the weather?', 'en'],
  ['Quel temps fait-il ?', 'fr'],
  ['¿Qué tiempo hace hoy?', 'es'],
  ['What is the weather like here today?', 'en'],
])('asks which city: %s', (message, language) => {
  expect(understand([message], 'en')).toEqual({ language, intent: { kind: 'which_city' } });
});

it.each([
  ['Hello', 'en', 'greeting'],
  ['Bonjour !', 'fr', 'greeting'],
  ['¡Hola!', 'es', 'greeting'],
  ['Thanks a lot', 'en', 'thanks'],
  ['Merci', 'fr', 'thanks'],
  ['Muchas gracias', 'es', 'thanks'],
  ['Au revoir', 'fr', 'bye'],
  ['Who are you?', 'en', 'about'],
  ['Qu’est-ce que Causerie ?', 'fr', 'about'],
  ['¿Quién eres?', 'es', 'about'],
  ['What can you do?', 'en', 'abilities'],
  ['Que peux-tu faire ?', 'fr', 'abilities'],
  ['¿Qué puedes hacer?', 'es', 'abilities'],
  ['How do I set up a model?', 'en', 'model'],
  ['Comment configurer un modèle ?', 'fr', 'model'],
  ['¿Cómo configuro un modelo?', 'es', 'model'],
  ['Where do I put the OPENAI_API_KEY?', 'en', 'model'],
  ['Where is my data stored?', 'en', 'privacy'],
  ['Où sont conservées mes données ?', 'fr', 'privacy'],
  ['¿Dónde se guardan mis datos?', 'es', 'privacy'],
])('%s is about the guide', (message, language, topic) => {
  expect(understand([message], language === 'en' ? 'fr' : 'en')).toEqual({
    language,
    intent: { kind: 'topic', topic },
  });
});

it.each([
  'Write me a sorting function',
  'Explique-moi la relativité',
  'Escribe un cuento sobre dragones',
  'Hi there, could you please translate this contract into German and check it for mistakes?',
  '2+2',
  '',
  '🙂',
])('leaves to a real model: %s', (message) => {
  expect(understand([message], 'en').intent).toEqual({ kind: 'unknown' });
});

it('is quick on text made to be slow', () => {
  const nasty = [`weather in ${'a '.repeat(130)}`, 'à '.repeat(140), `weather ${"in'".repeat(80)}`, ','.repeat(299)];
  for (const message of nasty) expect(understand([message], 'en').intent.kind).toMatch(/unknown|which_city/);
});

it.each([
  ['What is the weather in paris?', 'Weather in Paris'],
  ['Quel temps fait-il à Lyon ?', 'Météo à Lyon'],
  ['¿Qué tiempo hace en Madrid?', 'El tiempo en Madrid'],
  ['how do I set up a model?', 'How do I set up a model?'],
  ['# Plan\n\n* one\n* two', 'Plan'],
  ['Explain in detail how the engine of a conversation platform works', 'Explain in detail how the engine of a…'],
  [
    'please explain [this](http://x) code to me in the words of a poet',
    'Please explain this code to me in the words of…',
  ],
  ['fix my list\n- a\n- b', 'Fix my list'],
  ['https://example.org/a_b_c', 'https://example.org/a_b_c'],
  ['   ', undefined],
])('titles %s', (message, title) => {
  expect(offlineTitle(message, 'en')).toBe(title);
});

it('reads marks without end in a moment', () => {
  // Those below the letter behind those above it: putting them in order takes the square of their number.
  const piled = `a${'\u0301'.repeat(24_000)}${'\u0323'.repeat(24_000)}`;
  const began = performance.now();
  for (let time = 0; time < 3; time++) fold(piled);
  // Without the bound each takes seconds on any machine; with it, twenty milliseconds.
  expect(performance.now() - began).toBeLessThan(3000);
});
