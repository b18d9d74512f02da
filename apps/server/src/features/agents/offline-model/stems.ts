import type { Language } from '../../../platform/i18n/index.ts';
import { fold } from './language.ts';
import { meaningOf } from './synonyms.ts';

// Words that say nothing about what is asked for, folded.
const stops: Record<Language, Set<string>> = {
  en: new Set(
    'a an the and or of to in on at for from with by as is are was were be been am it its this that these those there here i me my mine we us our you your he she they them their his her what which who whom whose when where why how do does did done can could may might must shall should will would have has had not no t s m re ve d ll if then than so too also very just please some any somebody someone anybody something anything everything get got make made let want like need know possible way happens happen rather about into out up more less often soon early late other use used using show give given take took go went come came look pick choose work works help me us them again back yes maybe really still already ever never much many lot number right one two while after before during through between old good bad better best help thing things place somewhere please'.split(
      ' ',
    ),
  ),
  fr: new Set(
    'le la les l un une des de du d et ou a au aux en dans sur sous pour par avec sans ce cet cette ces cela ca c ceci il elle ils elles on je j me m moi mon ma mes tu te t toi ton ta tes nous notre nos vous votre vos leur leurs son sa ses se s y qui que qu quoi quel quelle quels quelles dont quand comment pourquoi est es suis sont etre ete etait ai as avez ont avoir eu n ne pas plus si aussi tres bien peut peux puis puisse pouvez pouvoir faut faire fait fais va vais veux veut voudrais voudrait vouloir faudrait dois doit quelqu quelque chose tout toute toutes tous possible autre meme ici la lieu trop peu souvent tot tard deja encore jamais toujours utilise utiliser utilisent montre montrer donne donner donnez prendre choisir pendant apres avant entre combien besoin merci quelques part passer mieux meilleur chez lorsque pourrais serait mets mettre'.split(
      ' ',
    ),
  ),
  es: new Set(
    'el la los las lo un una unos unas de del al a y o e u en con sin por para sobre bajo este esta esto estos estas ese esa eso yo me mi mis tu te ti tus usted ustedes su sus se nos nuestro nuestra le les el ella ellos que quien cual cuales cuando como donde adonde cuanto cuanta es son soy eres ser esta estan estar estoy hay he ha han haber no ni si tambien muy mas menos puede pueden puedo puedes poder quiero quiere quisiera hacer hace hago hacen debo debe tengo tiene tener algo alguien todo toda todos todas posible otro otra mismo aqui alli ya hasta vez demasiado poco pronto tarde ya nunca siempre usa usan usar muestra mostrar da dan dar doy elegir mientras despues antes entre cuantos cuantas necesito necesita gracias algun sitio pon poner ponle mejor pasar voy ir va tan donde'.split(
      ' ',
    ),
  ),
};

// Endings that go, the longest first; what remains is at least three letters.
const endings: Record<Language, RegExp> = {
  en: /(?:ations?|ments?|ings?|ions?|ies|ers?|ors?|ed|es|ly|s|e|y)$/,
  fr: /(?:ations?|ements?|ateurs?|ments?|euses?|eurs?|ions?|antes?|ants?|erait|erais|aient|ees?|ais|ait|ez|er|ir|re|es|e|s|ent)$/,
  es: /(?:aciones|acion|amientos?|imientos?|adores|adora|ador|iones|ion|mente|andos?|iendos?|adas?|ados?|idas?|idos?|aria|eria|iria|amos|emos|arse|erse|irse|arme|erme|irme|ar|er|ir|as|os|es|an|en|a|o|e|s)$/,
};

/** The words of a text as they are compared: folded, without those that say nothing, cut to what their forms have in common. */
export function stemsOf(text: string, language: Language): string[] {
  return fold(text)
    .split(' ')
    .filter((word) => word !== '' && !stops[language].has(word))
    .map((word) => meaningOf(word, language) ?? stemOf(word, language));
}

function stemOf(word: string, language: Language): string {
  const stem = word.replace(endings[language], '');
  return stem.length >= 3 ? stem : word;
}
