import type { Language } from './language.ts';

type Section = {
  /** Words of docs/user-guide.md that say the same, so that neither changes without the other. */
  source: string;
  /** What it is called, and the other words people have for it: what it is found by, beside its text. */
  heading: Record<Language, string>;
  answers: Record<Language, string>;
};

/** What newcomers ask first, out of the user guide. */
export const userGuide = {
  invite: {
    source: 'ask its administrator for an invitation',
    heading: {
      en: 'Invite somebody, a friend, a colleague, the team: bring in a new person, invitation',
      fr: 'Inviter quelqu’un, un ami, un collègue, une équipe : faire venir une personne, invitation',
      es: 'Invitar a alguien, un amigo, un compañero, un equipo: traer a una persona, invitación',
    },
    answers: {
      en: 'An administrator opens **Administration** in the menu under their name, then **People**, and invites somebody by e-mail address: the link creates that person’s account. Open invitations are listed under **Invitations**, where they can be withdrawn. On a server with open registration, anybody can choose **Create one** on the sign-in page.',
      fr: 'Un administrateur ouvre **Administration** dans le menu sous son nom, puis **Personnes**, et invite quelqu’un par son adresse e-mail : le lien crée le compte de cette personne. Les invitations en cours figurent sous **Invitations**, où l’on peut les retirer. Si l’inscription est ouverte, chacun peut aussi créer son compte depuis la page de connexion.',
      es: 'Un administrador abre **Administración** en el menú bajo su nombre, luego **Personas**, e invita a alguien por su correo: el enlace crea la cuenta de esa persona. Las invitaciones pendientes están en **Invitaciones**, donde se pueden retirar. Si el registro está abierto, cualquiera puede crear su cuenta en la página de inicio de sesión.',
    },
  },
  password: {
    source: 'a new one ends all your other sessions',
    heading: {
      en: 'Change or replace the password',
      fr: 'Changer ou remplacer le mot de passe',
      es: 'Cambiar o sustituir la contraseña',
    },
    answers: {
      en: 'Open the menu under your name, **Account**, and there **Password**. A new password ends all your other sessions.',
      fr: 'Ouvrez le menu sous votre nom, **Compte**, puis **Mot de passe**. Un nouveau mot de passe met fin à toutes vos autres sessions.',
      es: 'Abra el menú bajo su nombre, **Cuenta**, y allí **Contraseña**. Una contraseña nueva cierra todas sus demás sesiones.',
    },
  },
  forgotten: {
    source: 'Ask an administrator for a reset link. It works once.',
    heading: {
      en: 'Forgotten or lost password, reset; cannot sign in, login does not work',
      fr: 'Mot de passe oublié ou perdu, réinitialisation ; impossible de se connecter, d’entrer',
      es: 'Contraseña olvidada o perdida, restablecimiento; no puedo entrar ni iniciar sesión',
    },
    answers: {
      en: 'Ask an administrator for a reset link: it works once and lets you choose a new password. Administrators make one under **Administration**, **People**.',
      fr: 'Demandez à un administrateur un lien de réinitialisation : il sert une fois et permet de choisir un nouveau mot de passe. Les administrateurs le créent sous **Administration**, **Personnes**.',
      es: 'Pida a un administrador un enlace de restablecimiento: sirve una vez y permite elegir una contraseña nueva. Los administradores lo crean en **Administración**, **Personas**.',
    },
  },
  'delete-conversation': {
    source: 'Deleting takes its files along, for good.',
    heading: {
      en: 'Delete a conversation, a chat: remove, erase, throw away',
      fr: 'Supprimer une discussion, une conversation : effacer, enlever, jeter',
      es: 'Eliminar una conversación, un chat: borrar, quitar, tirar',
    },
    answers: {
      en: 'Open the **history** with the button at the top left, then the menu of the conversation, and choose **Delete**. It takes its files along, for good.',
      fr: 'Ouvrez l’**historique** avec le bouton en haut à gauche, puis le menu de la discussion, et choisissez **Supprimer**. Ses fichiers disparaissent avec elle, définitivement.',
      es: 'Abra el **historial** con el botón de arriba a la izquierda, luego el menú de la conversación, y elija **Eliminar**. Sus archivos se van con ella, para siempre.',
    },
  },
  'rename-conversation': {
    source: 'Each can be renamed and deleted.',
    heading: {
      en: 'Rename a conversation, a chat: title, name',
      fr: 'Renommer une discussion, une conversation : titre, nom',
      es: 'Cambiar el nombre de una conversación, un chat: título, renombrar',
    },
    answers: {
      en: 'Open the **history** with the button at the top left, then the menu of the conversation, and choose **Rename**.',
      fr: 'Ouvrez l’**historique** avec le bouton en haut à gauche, puis le menu de la discussion, et choisissez **Renommer**.',
      es: 'Abra el **historial** con el botón de arriba a la izquierda, luego el menú de la conversación, y elija **Cambiar el nombre**.',
    },
  },
  history: {
    source: 'History holds your conversations, the last one used first.',
    heading: {
      en: 'History of conversations: find, search, look for what was said, earlier, yesterday, last week, old chats',
      fr: 'Historique des conversations : retrouver, chercher, rechercher ce qui a été dit, hier, la semaine dernière, anciennes discussions',
      es: 'Historial de conversaciones: encontrar, buscar lo que se dijo, ayer, la semana pasada, chats antiguos',
    },
    answers: {
      en: 'The **history** button at the top left shows your conversations, the last one used first. Its search looks into what was said, not only into titles.',
      fr: 'Le bouton **historique** en haut à gauche montre vos discussions, la dernière utilisée d’abord. Sa recherche porte sur ce qui a été dit, et pas seulement sur les titres.',
      es: 'El botón del **historial**, arriba a la izquierda, muestra sus conversaciones, la última usada primero. Su búsqueda mira lo que se dijo, no solo los títulos.',
    },
  },
  'new-conversation': {
    source: 'New chat, at the top right, begins another conversation',
    heading: {
      en: 'New conversation, new chat: start, begin, start over, fresh',
      fr: 'Nouvelle conversation, nouvelle discussion : commencer, recommencer, repartir',
      es: 'Conversación nueva, chat nuevo: empezar, comenzar, otra vez desde el principio',
    },
    answers: {
      en: '**New chat**, at the top right, begins another conversation. The one you leave stays in the history.',
      fr: '**Nouvelle discussion**, en haut à droite, en commence une autre. Celle que vous quittez reste dans l’historique.',
      es: '**Nuevo chat**, arriba a la derecha, empieza otra conversación. La que deja queda en el historial.',
    },
  },
  files: {
    source: 'images, PDF and text, as a rule up to 10 MB each and four a message',
    heading: {
      en: 'Files, images, documents, PDF: attach, upload, drop, send; size, limit, kinds',
      fr: 'Fichiers, images, documents, PDF : joindre, déposer, envoyer, téléverser ; taille, limite, types',
      es: 'Archivos, imágenes, documentos, PDF: adjuntar, subir, soltar, enviar; tamaño, límite, tipos',
    },
    answers: {
      en: 'Where the server takes files, choose **Attach files** under the plus beside the message, or drop them on the page: images, PDF and text, as a rule up to 10 MB each and four a message. What they say is read by a language model; I am none.',
      fr: 'Si le serveur accepte des fichiers, choisissez **Joindre des fichiers** sous le plus à côté du message, ou déposez-les sur la page : images, PDF et textes, en règle générale jusqu’à 10 Mo chacun et quatre par message. C’est un modèle de langage qui les lit ; je n’en suis pas un.',
      es: 'Si el servidor acepta archivos, elija **Adjuntar archivos** bajo el signo más junto al mensaje, o suéltelos en la página: imágenes, PDF y textos, por lo general hasta 10 MB cada uno y cuatro por mensaje. Los lee un modelo de lenguaje; yo no lo soy.',
    },
  },
  dictation: {
    source: 'Dictate writes down what you say, where the server has a model that can.',
    heading: {
      en: 'Dictation, voice, microphone: speak, talk instead of typing',
      fr: 'Dictée, voix, micro : parler au lieu de taper',
      es: 'Dictado, voz, micrófono: hablar en vez de teclear',
    },
    answers: {
      en: '**Dictate**, the microphone beside the message, writes down what you say, where the server has a model that can. Your browser asks for the microphone first.',
      fr: '**Dicter**, le micro à côté du message, écrit ce que vous dites, si le serveur a un modèle qui le peut. Votre navigateur demande d’abord l’accès au micro.',
      es: '**Dictar**, el micrófono junto al mensaje, escribe lo que usted dice, si el servidor tiene un modelo capaz. El navegador pide antes permiso para el micrófono.',
    },
  },
  answers: {
    source: 'Stop ends an answer. What is written stays.',
    heading: {
      en: 'Answers, replies: stop, copy, rate, try again, another answer',
      fr: 'Réponses : arrêter, copier, noter, réessayer, une autre réponse',
      es: 'Respuestas: detener, parar, copiar, valorar, intentar de nuevo, otra respuesta',
    },
    answers: {
      en: '**Stop**, in the place of Send, ends an answer; what is written stays. Under an answer you can copy it, say whether it was good, and have it written again with **Try again**.',
      fr: '**Arrêter**, à la place d’Envoyer, met fin à une réponse ; ce qui est écrit reste. Sous une réponse, on peut la copier, dire si elle était bonne, et la faire réécrire avec **Réessayer**.',
      es: '**Detener**, en el lugar de Enviar, termina una respuesta; lo escrito se queda. Bajo una respuesta puede copiarla, decir si fue buena y pedirla otra vez con **Intentar de nuevo**.',
    },
  },
  writing: {
    source: 'Shift+Enter begins a new line',
    heading: {
      en: 'Write and send a message: key, Enter, new line, line break',
      fr: 'Écrire et envoyer un message : touche, Entrée, retour à la ligne',
      es: 'Escribir y enviar un mensaje: tecla, Intro, línea nueva, salto',
    },
    answers: {
      en: '**Enter** sends the message; **Shift+Enter** begins a new line.',
      fr: '**Entrée** envoie le message ; **Maj+Entrée** passe à la ligne.',
      es: '**Intro** envía el mensaje; **Mayús+Intro** empieza una línea nueva.',
    },
  },
  'export-conversation': {
    source: 'The menu saves the conversation as Markdown or prints it.',
    heading: {
      en: 'Save, export, download or print a conversation: Markdown, paper',
      fr: 'Enregistrer, exporter, télécharger ou imprimer une discussion : Markdown, papier',
      es: 'Guardar, exportar, descargar o imprimir una conversación: Markdown, papel',
    },
    answers: {
      en: 'The menu **More** at the top right saves the conversation as Markdown or prints it.',
      fr: 'Le menu **Plus**, en haut à droite, enregistre la discussion en Markdown ou l’imprime.',
      es: 'El menú **Más**, arriba a la derecha, guarda la conversación como Markdown o la imprime.',
    },
  },
  'two-factor': {
    source: 'a code from an app on your phone after the password',
    heading: {
      en: 'Two-factor sign-in, second factor: protect the account, code from the phone, authenticator app',
      fr: 'Connexion à deux facteurs, second facteur : protéger le compte, code du téléphone, application',
      es: 'Inicio en dos pasos, segundo factor: proteger la cuenta, código del teléfono, aplicación',
    },
    answers: {
      en: 'Under your name, **Account**, **Two-factor sign-in**: a code from an app on your phone after the password. Keep the recovery codes in a safe place; each lets you in once without the phone. Without either, an administrator can remove the second factor.',
      fr: 'Sous votre nom, **Compte**, **Connexion à deux facteurs** : un code d’une application de votre téléphone après le mot de passe. Gardez les codes de secours en lieu sûr ; chacun permet d’entrer une fois sans le téléphone. Sans l’un ni l’autre, un administrateur peut retirer le second facteur.',
      es: 'Bajo su nombre, **Cuenta**, **Inicio en dos pasos**: un código de una aplicación de su teléfono después de la contraseña. Guarde los códigos de recuperación en lugar seguro; cada uno deja entrar una vez sin el teléfono. Sin ninguno, un administrador puede quitar el segundo factor.',
    },
  },
  sessions: {
    source: 'end what you do not recognise, then change your password',
    heading: {
      en: 'Where you are signed in, sessions, devices: somebody else logged in, computer, sign out',
      fr: 'Où vous êtes connecté, sessions, appareils : quelqu’un d’autre connecté, ordinateur, se déconnecter',
      es: 'Dónde tiene la sesión abierta, sesiones, dispositivos: otra persona conectada, ordenador, cerrar sesión',
    },
    answers: {
      en: 'Under your name, **Account**, **Where you are signed in**: every device is listed, and each can be signed out. End what you do not recognise, then change your password, which signs out all other devices.',
      fr: 'Sous votre nom, **Compte**, **Où vous êtes connecté** : chaque appareil y figure et peut être déconnecté. Fermez ce que vous ne reconnaissez pas, puis changez votre mot de passe, ce qui déconnecte tous les autres appareils.',
      es: 'Bajo su nombre, **Cuenta**, **Dónde tiene la sesión abierta**: cada dispositivo aparece y se puede desconectar. Cierre lo que no reconozca y cambie luego la contraseña, lo que desconecta todos los demás dispositivos.',
    },
  },
  'delete-account': {
    source: 'account, conversations and files, at once and for good',
    heading: {
      en: 'Delete my account, close it, leave for good',
      fr: 'Supprimer mon compte, le fermer, partir, quitter définitivement',
      es: 'Eliminar mi cuenta, cerrarla, irse, darse de baja para siempre',
    },
    answers: {
      en: 'Under your name, **Account**, **Delete my account**: account, conversations and files go at once and for good.',
      fr: 'Sous votre nom, **Compte**, **Supprimer mon compte** : compte, discussions et fichiers disparaissent aussitôt et définitivement.',
      es: 'Bajo su nombre, **Cuenta**, **Eliminar mi cuenta**: cuenta, conversaciones y archivos desaparecen en el acto y para siempre.',
    },
  },
  'own-data': {
    source: 'everything the server holds about you, as one JSON file',
    heading: {
      en: 'Your data: what the server knows and holds about me, download a copy',
      fr: 'Vos données : ce que le serveur sait de moi, télécharger une copie',
      es: 'Sus datos: lo que el servidor sabe de mí, descargar una copia',
    },
    answers: {
      en: 'Under your name, **Account**, **Your data**: everything the server holds about you, as one JSON file.',
      fr: 'Sous votre nom, **Compte**, **Vos données** : tout ce que le serveur sait de vous, en un fichier JSON.',
      es: 'Bajo su nombre, **Cuenta**, **Sus datos**: todo lo que el servidor guarda sobre usted, en un archivo JSON.',
    },
  },
  profile: {
    source: 'Colours follow your device or your choice.',
    heading: {
      en: 'Profile: name, language of the pages, colours, dark, light, screen, bright',
      fr: 'Profil : nom, langue des pages, couleurs, sombre, clair, écran, lumineux',
      es: 'Perfil: nombre, idioma de las páginas, colores, oscuro, claro, pantalla, brillo',
    },
    answers: {
      en: 'Your name and the language of the pages (English, French, Spanish) are under your name, **Account**, **Profile**. Light or dark follows your device; the button at the top changes it.',
      fr: 'Votre nom et la langue des pages (anglais, français, espagnol) se changent sous votre nom, **Compte**, **Profil**. Clair ou sombre suit votre appareil ; le bouton en haut le change.',
      es: 'Su nombre y el idioma de las páginas (inglés, francés, español) se cambian bajo su nombre, **Cuenta**, **Perfil**. Claro u oscuro sigue a su dispositivo; el botón de arriba lo cambia.',
    },
  },
  people: {
    source: 'make administrator or ordinary user',
    heading: {
      en: 'People: administrators, rights, roles, disable or delete a user',
      fr: 'Personnes : administrateurs, droits, rôles, désactiver ou supprimer un utilisateur',
      es: 'Personas: administradores, derechos, roles, desactivar o eliminar a un usuario',
    },
    answers: {
      en: 'An administrator opens **Administration**, **People**: there somebody is made administrator or ordinary user, disabled, signed out everywhere, or deleted. The last administrator stays one.',
      fr: 'Un administrateur ouvre **Administration**, **Personnes** : là, on nomme quelqu’un administrateur ou simple utilisateur, on le désactive, on le déconnecte partout ou on le supprime. Le dernier administrateur le reste.',
      es: 'Un administrador abre **Administración**, **Personas**: allí se hace a alguien administrador o usuario normal, se le desactiva, se cierran todas sus sesiones o se le elimina. El último administrador sigue siéndolo.',
    },
  },
  'sign-up': {
    source: 'choose Create one and give the name that others will see',
    heading: {
      en: 'Sign up, register, create an account, first time',
      fr: 'S’inscrire, inscription, créer un compte, première fois',
      es: 'Registrarse, registro, crear una cuenta, primera vez',
    },
    answers: {
      en: 'On the sign-in page choose **Create one** and give the name that others will see, your e-mail and a password of at least eight characters; a server that is new shows that form by itself. When the server takes no new accounts, ask its administrator for an invitation: the link you get creates your account.',
      fr: 'Sur la page de connexion, choisissez **En créer un** et donnez le nom que les autres verront, votre e-mail et un mot de passe d’au moins huit caractères ; un serveur tout neuf montre ce formulaire de lui-même. Si le serveur ne prend pas de nouveaux comptes, demandez une invitation à son administrateur : le lien reçu crée votre compte.',
      es: 'En la página de inicio de sesión elija **Crear una** e indique el nombre que verán los demás, su correo y una contraseña de al menos ocho caracteres; un servidor nuevo muestra ese formulario por sí mismo. Si el servidor no admite cuentas nuevas, pida una invitación a su administrador: el enlace que recibe crea la cuenta.',
    },
  },
  away: {
    source: 'the answer goes on on the server',
    heading: {
      en: 'Reload, close the page, the tab, the laptop, change the device while an answer is being written',
      fr: 'Recharger, fermer la page, l’onglet, l’ordinateur, changer d’appareil pendant une réponse',
      es: 'Recargar, cerrar la página, la pestaña, el portátil, cambiar de dispositivo durante una respuesta',
    },
    answers: {
      en: 'Reload the page, close the laptop or change to the phone: the answer goes on on the server. Come back to the conversation and it is there, still being written if it is not done.',
      fr: 'Rechargez la page, fermez l’ordinateur ou passez au téléphone : la réponse continue sur le serveur. Revenez à la discussion, elle y est, encore en train de s’écrire si elle n’est pas finie.',
      es: 'Recargue la página, cierre el portátil o pase al teléfono: la respuesta sigue en el servidor. Vuelva a la conversación y allí estará, aún escribiéndose si no ha terminado.',
    },
  },
  drafts: {
    source: 'What you are writing stays with its conversation.',
    heading: {
      en: 'Draft, unsent message, words not sent yet, kept',
      fr: 'Brouillon, message pas encore envoyé, conservé',
      es: 'Borrador, mensaje aún no enviado, guardado',
    },
    answers: {
      en: 'What you are writing stays with its conversation. It outlives a reload, a look at another page and a session that ended, for as long as the tab is open. Signing out removes it.',
      fr: 'Ce que vous écrivez reste avec sa discussion. Cela survit à un rechargement, à un détour par une autre page et à une session terminée, tant que l’onglet est ouvert. Se déconnecter l’efface.',
      es: 'Lo que está escribiendo se queda con su conversación. Sobrevive a una recarga, a una visita a otra página y a una sesión terminada, mientras la pestaña esté abierta. Al cerrar sesión se borra.',
    },
  },
  connection: {
    source: 'What you send then waits, and goes out when the connection is back.',
    heading: {
      en: 'No connection, network, internet, offline, interrupted answer',
      fr: 'Pas de connexion, réseau, internet, hors ligne, réponse interrompue',
      es: 'Sin conexión, red, internet, respuesta interrumpida',
    },
    answers: {
      en: 'Without a connection the page says so. What you send then waits, and goes out when the connection is back. When the server itself went down in the middle of an answer, its text so far is kept and **Try again** asks for a new one.',
      fr: 'Sans connexion, la page le dit. Ce que vous envoyez attend alors, et part quand la connexion revient. Si le serveur lui-même s’est arrêté au milieu d’une réponse, son texte est conservé et **Réessayer** en demande une nouvelle.',
      es: 'Sin conexión, la página lo dice. Lo que envíe espera entonces y sale cuando vuelve la conexión. Si el propio servidor se detuvo en medio de una respuesta, su texto se conserva e **Intentar de nuevo** pide otra.',
    },
  },
  audit: {
    source: 'who did what to whom, and when',
    heading: {
      en: 'Audit log: record of who did, changed or deleted what',
      fr: 'Journal d’audit : trace de qui a fait, modifié ou supprimé quoi',
      es: 'Auditoría: quién hizo, cambió o eliminó qué',
    },
    answers: {
      en: 'Under **Administration**, the **Audit log** says who did what to whom, and when.',
      fr: 'Sous **Administration**, le **Journal d’audit** dit qui a fait quoi à qui, et quand.',
      es: 'En **Administración**, **Auditoría** dice quién hizo qué a quién, y cuándo.',
    },
  },
} satisfies Record<string, Section>;

/** A part of the user guide. */
export type GuideTopic = keyof typeof userGuide;
