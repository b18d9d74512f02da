import type { en } from './en.ts';

export const es: Record<keyof typeof en, string> = {
  'guide.greeting':
    'Hola. Soy la guía integrada de Causerie. En este servidor aún no hay un modelo de lenguaje, así que sé pocas cosas: pregúnteme el tiempo de una ciudad, qué es Causerie, cómo configurar un modelo o cómo se hace algo aquí, por ejemplo «¿Cómo invito a alguien?»',
  'guide.thanks': 'De nada.',
  'guide.bye': 'Hasta luego. Esta conversación queda en su historial.',
  'guide.about':
    '**Causerie** es un servidor que uno mismo aloja para conversar con agentes de IA. Habla el protocolo ChatKit, de modo que el paquete oficial de React funciona tal cual.\n\nSoy su guía integrada: un conjunto de reglas, no un modelo de lenguaje. Respondo porque en este servidor aún no hay ningún modelo configurado.',
  'guide.model':
    'El administrador elige un modelo con variables de entorno (o en el archivo `.env`) y reinicia el servidor:\n\n```sh\nOPENAI_API_KEY=sk-…\nCHATKIT_AGENT_MODEL=openai/gpt-5\n```\n\n- Ollama en la misma máquina, sin clave: `CHATKIT_AGENT_MODEL=ollama/llama3.2`; en otra, también `OLLAMA_URL=http://…:11434/v1`.\n- Cualquier servidor que hable la API de OpenAI, como vLLM: `OPENAI_BASE_URL=http://…/v1` y el nombre de su modelo.\n- Otros proveedores: `anthropic/…`, `google/…` o `mistral/…` como nombre del modelo, con `ANTHROPIC_API_KEY`, `GOOGLE_GENERATIVE_AI_API_KEY` o `MISTRAL_API_KEY`.\n- `CHATKIT_AGENT_INSTRUCTIONS` le dice al asistente cuál es su tarea.',
  'guide.abilities':
    'Sin un modelo de lenguaje puedo:\n\n- decir el **tiempo** de una ciudad: «¿Qué tiempo hace en Lyon?», y luego «¿y en Roma?»\n- explicar qué es **Causerie** y cómo **configurar un modelo**\n- decir dónde se guardan sus **datos** y **cómo se hacen las cosas aquí**: «¿Cómo cambio mi contraseña?»\n\nLo demás funciona como con cualquier asistente: las respuestas llegan poco a poco y se pueden detener, las conversaciones quedan en su historial y, al recargar, todo sigue donde estaba.',
  'guide.privacy':
    'Sus conversaciones se guardan en la base de datos de este servidor y en ningún otro sitio; no hay telemetría. Nada de lo que me escribe sale del servidor. Dos excepciones, si se usan: una pregunta por el tiempo envía el nombre de la ciudad a Open-Meteo, y un modelo de lenguaje, una vez configurado, recibe la conversación.',
  'guide.weather': '¿De qué ciudad quiere saber el tiempo?',
  'guide.noModel':
    'No puedo responder a eso: en este servidor no hay ningún modelo de lenguaje configurado y yo soy solo su guía integrada. El administrador puede configurar uno, por ejemplo con `OPENAI_API_KEY` y `CHATKIT_AGENT_MODEL`; pregúnteme «¿Cómo configuro un modelo?» para ver los detalles. Lo que sí puedo es decirle el tiempo de una ciudad.',
  'userGuide.invite':
    'Un administrador abre **Administración** en el menú bajo su nombre, luego **Personas**, e invita a alguien por su correo: el enlace crea la cuenta de esa persona. Las invitaciones pendientes están en **Invitaciones**, donde se pueden retirar. Si el registro está abierto, cualquiera puede crear su cuenta en la página de inicio de sesión.',
  'userGuide.password':
    'Abra el menú bajo su nombre, **Cuenta**, y allí **Contraseña**. Una contraseña nueva cierra todas sus demás sesiones.',
  'userGuide.forgotten':
    'Pida a un administrador un enlace de restablecimiento: sirve una vez y permite elegir una contraseña nueva. Los administradores lo crean en **Administración**, **Personas**.',
  'userGuide.delete-conversation':
    'Abra el **historial** con el botón de arriba a la izquierda, luego el menú de la conversación, y elija **Eliminar**. Sus archivos se van con ella, para siempre.',
  'userGuide.rename-conversation':
    'Abra el **historial** con el botón de arriba a la izquierda, luego el menú de la conversación, y elija **Cambiar el nombre**.',
  'userGuide.history':
    'El botón del **historial**, arriba a la izquierda, muestra sus conversaciones, la última usada primero. Su búsqueda mira lo que se dijo, no solo los títulos.',
  'userGuide.new-conversation':
    '**Nuevo chat**, arriba a la derecha, empieza otra conversación. La que deja queda en el historial.',
  'userGuide.files':
    'Si el servidor acepta archivos, elija **Adjuntar archivos** bajo el signo más junto al mensaje, o suéltelos en la página: imágenes, PDF y textos, por lo general hasta 10 MB cada uno y cuatro por mensaje. Los lee un modelo de lenguaje; yo no lo soy.',
  'userGuide.dictation':
    '**Dictar**, el micrófono junto al mensaje, escribe lo que usted dice, si el servidor tiene un modelo capaz. El navegador pide antes permiso para el micrófono.',
  'userGuide.answers':
    '**Detener**, en el lugar de Enviar, termina una respuesta; lo escrito se queda. Bajo una respuesta puede copiarla, decir si fue buena y pedirla otra vez con **Intentar de nuevo**.',
  'userGuide.writing': '**Intro** envía el mensaje; **Mayús+Intro** empieza una línea nueva.',
  'userGuide.export-conversation':
    'El menú **Más**, arriba a la derecha, guarda la conversación como Markdown o la imprime.',
  'userGuide.two-factor':
    'Bajo su nombre, **Cuenta**, **Inicio en dos pasos**: un código de una aplicación de su teléfono después de la contraseña. Guarde los códigos de recuperación en lugar seguro; cada uno deja entrar una vez sin el teléfono. Sin ninguno, un administrador puede quitar el segundo factor.',
  'userGuide.passkey':
    'Bajo su nombre, **Cuenta**, **Llaves de acceso**: **Añadir una llave de acceso** y, la próxima vez, elija **Entrar con una llave de acceso**. Su dispositivo pide su huella, su cara o su código. Hace falta la dirección https de este servidor. Quite las llaves de los dispositivos que ya no tiene.',
  'userGuide.provider':
    'Si el administrador ha configurado proveedores, la página de entrada muestra **Continuar con …** para cada uno. Una cuenta que ya tiene aquí se conecta bajo su nombre, **Cuenta**, **Cuentas en otros sitios**; allí también puede desconectarla. Siempre queda una manera de entrar.',
  'userGuide.api-key':
    'Bajo su nombre, **Cuenta**, **Claves de API**, **Nueva clave de API**: dele un nombre, lo que permite y cuánto dura. La clave se muestra una sola vez, y su programa la envía como `Authorization: Bearer …`. Quite una clave que ya no se usa. La clave de un modelo de lenguaje es otra cosa: pregúnteme «¿Cómo configuro un modelo?»',
  'userGuide.sessions':
    'Bajo su nombre, **Cuenta**, **Dónde tiene la sesión abierta**: cada dispositivo aparece y se puede desconectar. Cierre lo que no reconozca y cambie luego la contraseña, lo que desconecta todos los demás dispositivos.',
  'userGuide.delete-account':
    'Bajo su nombre, **Cuenta**, **Eliminar mi cuenta**: cuenta, conversaciones y archivos desaparecen en el acto y para siempre.',
  'userGuide.own-data':
    'Bajo su nombre, **Cuenta**, **Sus datos**: todo lo que el servidor guarda sobre usted, en un archivo JSON.',
  'userGuide.profile':
    'Su nombre y el idioma de las páginas (inglés, francés, español) se cambian bajo su nombre, **Cuenta**, **Perfil**. Claro u oscuro sigue a su dispositivo; el botón de arriba lo cambia.',
  'userGuide.people':
    'Un administrador abre **Administración**, **Personas**: allí se hace a alguien administrador o usuario normal, se le desactiva, se cierran todas sus sesiones o se le elimina. El último administrador sigue siéndolo.',
  'userGuide.sign-up':
    'En la página de inicio de sesión elija **Crear una** e indique el nombre que verán los demás, su correo y una contraseña de al menos ocho caracteres; un servidor nuevo muestra ese formulario por sí mismo. Si el servidor no admite cuentas nuevas, pida una invitación a su administrador: el enlace que recibe crea la cuenta.',
  'userGuide.away':
    'Recargue la página, cierre el portátil o pase al teléfono: la respuesta sigue en el servidor. Vuelva a la conversación y allí estará, aún escribiéndose si no ha terminado.',
  'userGuide.drafts':
    'Lo que está escribiendo se queda con su conversación. Sobrevive a una recarga, a una visita a otra página y a una sesión terminada, mientras la pestaña esté abierta. Al cerrar sesión se borra.',
  'userGuide.connection':
    'Sin conexión, la página lo dice. Lo que envíe espera entonces y sale cuando vuelve la conexión. Si el propio servidor se detuvo en medio de una respuesta, su texto se conserva e **Intentar de nuevo** pide otra.',
  'userGuide.audit': 'En **Administración**, **Auditoría** dice quién hizo qué a quién, y cuándo.',
  'weather.now': 'Ahora mismo en **{place}** hay **{temperature} °C**{sky}{wind}.',
  'weather.sky': ', {description}',
  'weather.wind': ', con viento de {speed} km/h',
  'weather.seen': ' Observado a las {time}, hora local{zone}.',
  'weather.later': ' Solo veo el tiempo actual, no el pronóstico.',
  'weather.unknown': 'No conozco ninguna ciudad llamada «{city}». Revise cómo se escribe o añada el país.',
  'weather.failed':
    'No he podido obtener el tiempo de {city}: el servicio meteorológico no respondió. Inténtelo de nuevo en breve.',
  'weather.title': 'El tiempo en {city}',
};
