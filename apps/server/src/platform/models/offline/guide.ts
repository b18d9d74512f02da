import type { Topic } from './intents.ts';
import type { Language } from './language.ts';

/** What the offline model says on each subject, as Markdown. */
export const guide: Record<Topic, Record<Language, string>> = {
  greeting: {
    en: 'Hello. I am the built-in guide of Causerie. No language model is set up on this server yet, so I know only a few things: ask me for the weather in a city, what Causerie is, how to set up a model, or how something is done here, such as “How do I invite someone?”',
    fr: 'Bonjour. Je suis le guide intégré de Causerie. Aucun modèle de langage n’est encore configuré sur ce serveur, je ne sais donc que peu de choses : demandez-moi la météo d’une ville, ce qu’est Causerie, comment configurer un modèle, ou comment on fait quelque chose ici, par exemple « Comment inviter quelqu’un ? »',
    es: 'Hola. Soy la guía integrada de Causerie. En este servidor aún no hay un modelo de lenguaje, así que sé pocas cosas: pregúnteme el tiempo de una ciudad, qué es Causerie, cómo configurar un modelo o cómo se hace algo aquí, por ejemplo «¿Cómo invito a alguien?»',
  },
  thanks: {
    en: 'You are welcome.',
    fr: 'Avec plaisir.',
    es: 'De nada.',
  },
  bye: {
    en: 'Goodbye. This conversation stays in your history.',
    fr: 'Au revoir. Cette conversation reste dans votre historique.',
    es: 'Hasta luego. Esta conversación queda en su historial.',
  },
  about: {
    en: '**Causerie** is a self-hosted server for conversations with AI agents. It speaks the ChatKit protocol, so the official React package works with it as it is.\n\nI am its built-in guide: a set of rules, not a language model. I answer because no model is set up on this server yet.',
    fr: '**Causerie** est un serveur que l’on héberge soi-même pour converser avec des agents IA. Il parle le protocole ChatKit, si bien que le paquet React officiel fonctionne tel quel.\n\nJe suis son guide intégré : un ensemble de règles, pas un modèle de langage. Je réponds parce qu’aucun modèle n’est encore configuré sur ce serveur.',
    es: '**Causerie** es un servidor que uno mismo aloja para conversar con agentes de IA. Habla el protocolo ChatKit, de modo que el paquete oficial de React funciona tal cual.\n\nSoy su guía integrada: un conjunto de reglas, no un modelo de lenguaje. Respondo porque en este servidor aún no hay ningún modelo configurado.',
  },
  model: {
    en: 'The administrator sets a model by environment variables (or in the file `.env`) and restarts the server:\n\n```sh\nOPENAI_API_KEY=sk-…\nCHATKIT_AGENT_MODEL=openai/gpt-5\n```\n\n- Ollama on the same machine, without any key: `CHATKIT_AGENT_MODEL=ollama/llama3.2`; elsewhere also `OLLAMA_URL=http://…:11434/v1`.\n- Any server that speaks the OpenAI API, such as vLLM: `OPENAI_BASE_URL=http://…/v1` and the name of its model.\n- Other providers: `anthropic/…`, `google/…` or `mistral/…` as the model’s name, with `ANTHROPIC_API_KEY`, `GOOGLE_GENERATIVE_AI_API_KEY` or `MISTRAL_API_KEY`.\n- `CHATKIT_AGENT_INSTRUCTIONS` tells the assistant what it is for.',
    fr: 'L’administrateur choisit un modèle par des variables d’environnement (ou dans le fichier `.env`), puis redémarre le serveur :\n\n```sh\nOPENAI_API_KEY=sk-…\nCHATKIT_AGENT_MODEL=openai/gpt-5\n```\n\n- Ollama sur la même machine, sans clé : `CHATKIT_AGENT_MODEL=ollama/llama3.2` ; ailleurs aussi `OLLAMA_URL=http://…:11434/v1`.\n- Tout serveur qui parle l’API d’OpenAI, comme vLLM : `OPENAI_BASE_URL=http://…/v1` et le nom de son modèle.\n- Autres fournisseurs : `anthropic/…`, `google/…` ou `mistral/…` comme nom de modèle, avec `ANTHROPIC_API_KEY`, `GOOGLE_GENERATIVE_AI_API_KEY` ou `MISTRAL_API_KEY`.\n- `CHATKIT_AGENT_INSTRUCTIONS` dit à l’assistant quel est son rôle.',
    es: 'El administrador elige un modelo con variables de entorno (o en el archivo `.env`) y reinicia el servidor:\n\n```sh\nOPENAI_API_KEY=sk-…\nCHATKIT_AGENT_MODEL=openai/gpt-5\n```\n\n- Ollama en la misma máquina, sin clave: `CHATKIT_AGENT_MODEL=ollama/llama3.2`; en otra, también `OLLAMA_URL=http://…:11434/v1`.\n- Cualquier servidor que hable la API de OpenAI, como vLLM: `OPENAI_BASE_URL=http://…/v1` y el nombre de su modelo.\n- Otros proveedores: `anthropic/…`, `google/…` o `mistral/…` como nombre del modelo, con `ANTHROPIC_API_KEY`, `GOOGLE_GENERATIVE_AI_API_KEY` o `MISTRAL_API_KEY`.\n- `CHATKIT_AGENT_INSTRUCTIONS` le dice al asistente cuál es su tarea.',
  },
  abilities: {
    en: 'Without a language model I can:\n\n- tell the **weather** in a city: “What is the weather in Lyon?”, then “and in Rome?”\n- explain what **Causerie** is and how to **set up a model**\n- say where your **data** is kept, and **how things are done here**: “How do I change my password?”\n\nThe rest works as with any assistant: answers stream in and can be stopped, conversations are kept in your history, and a reload goes on where it was.',
    fr: 'Sans modèle de langage, je peux :\n\n- donner la **météo** d’une ville : « Quel temps fait-il à Lyon ? », puis « et à Rome ? »\n- expliquer ce qu’est **Causerie** et comment **configurer un modèle**\n- dire où vos **données** sont conservées, et **comment on fait les choses ici** : « Comment changer mon mot de passe ? »\n\nLe reste marche comme avec tout assistant : les réponses arrivent au fil de l’eau et peuvent être arrêtées, les conversations restent dans votre historique, et un rechargement reprend là où on en était.',
    es: 'Sin un modelo de lenguaje puedo:\n\n- decir el **tiempo** de una ciudad: «¿Qué tiempo hace en Lyon?», y luego «¿y en Roma?»\n- explicar qué es **Causerie** y cómo **configurar un modelo**\n- decir dónde se guardan sus **datos** y **cómo se hacen las cosas aquí**: «¿Cómo cambio mi contraseña?»\n\nLo demás funciona como con cualquier asistente: las respuestas llegan poco a poco y se pueden detener, las conversaciones quedan en su historial y, al recargar, todo sigue donde estaba.',
  },
  privacy: {
    en: 'Your conversations are kept in the database of this server and nowhere else; there is no telemetry. Nothing you write to me leaves the server. Two exceptions, when they are used: a question for the weather sends the city’s name to Open-Meteo, and a language model, once set up, receives the conversation.',
    fr: 'Vos conversations sont conservées dans la base de données de ce serveur et nulle part ailleurs ; il n’y a pas de télémétrie. Rien de ce que vous m’écrivez ne quitte le serveur. Deux exceptions, si l’on s’en sert : une question sur la météo envoie le nom de la ville à Open-Meteo, et un modèle de langage, une fois configuré, reçoit la conversation.',
    es: 'Sus conversaciones se guardan en la base de datos de este servidor y en ningún otro sitio; no hay telemetría. Nada de lo que me escribe sale del servidor. Dos excepciones, si se usan: una pregunta por el tiempo envía el nombre de la ciudad a Open-Meteo, y un modelo de lenguaje, una vez configurado, recibe la conversación.',
  },
  weather: {
    en: 'For which city would you like the weather?',
    fr: 'Pour quelle ville voulez-vous la météo ?',
    es: '¿De qué ciudad quiere saber el tiempo?',
  },
};

/** Said to everything else: plainly, and with the way out. */
export const noModel: Record<Language, string> = {
  en: 'I cannot answer that: no language model is set up on this server, and I am only its built-in guide. The administrator can set one, for example with `OPENAI_API_KEY` and `CHATKIT_AGENT_MODEL`; ask me “How do I set up a model?” for the details. What I can do is tell the weather in a city.',
  fr: 'Je ne peux pas répondre à cela : aucun modèle de langage n’est configuré sur ce serveur, et je n’en suis que le guide intégré. L’administrateur peut en configurer un, par exemple avec `OPENAI_API_KEY` et `CHATKIT_AGENT_MODEL` ; demandez-moi « Comment configurer un modèle ? » pour les détails. Ce que je peux faire, c’est donner la météo d’une ville.',
  es: 'No puedo responder a eso: en este servidor no hay ningún modelo de lenguaje configurado y yo soy solo su guía integrada. El administrador puede configurar uno, por ejemplo con `OPENAI_API_KEY` y `CHATKIT_AGENT_MODEL`; pregúnteme «¿Cómo configuro un modelo?» para ver los detalles. Lo que sí puedo es decirle el tiempo de una ciudad.',
};
