import type { en } from './en.ts';

export const es: Record<keyof typeof en, string> = {
  greeting: '¿Cómo puedo ayudarte hoy?',
  placeholder: 'Escriba un mensaje',
  'weather.label': 'El tiempo en París',
  'weather.prompt': '¿Qué tiempo hace en París?',
  'abilities.label': '¿Qué sabes hacer?',
  'abilities.prompt': '¿Qué sabes hacer?',
  'connect.label': 'Conectar un modelo de lenguaje',
  'connect.prompt': '¿Cómo se conecta un modelo de lenguaje?',
  answering: 'Responde {model} y puede equivocarse: compruebe lo que importe.',
  waiting: '{model} aún no puede responder: este servidor no tiene su clave.',
  guiding: 'Responde la guía integrada: no hay ningún modelo de lenguaje conectado.',
};
