import { checkOptions, readOptions, sameOptions } from '../options/check-options.ts';
import { type ElementOptions, IntegrationError, InvalidFrameParamsError } from '../options/options.ts';
import { breakStream, leaveAnswer } from './answering.ts';
import { answerQuestions, type QuestionAnswers } from './item-actions.ts';
import { setLocale } from './language.ts';
import { closeLive, openLive, showOffline } from './live.ts';
import { fetchUpdates, leaveDeletedThread, openThread, reloadUnreadable, showThread } from './opening.ts';
import { isRunning } from './phase.ts';
import { resumeClientTool } from './resume-client-tool.ts';
import { type Emit, SessionState } from './session-state.ts';

/**
 * Everything one element knows and does, without its looks: what the views and the element call. `phase.ts` names what it
 * can be doing, and which file leads from one phase to the next.
 */
export class Session extends SessionState {
  /** The thread that the page asks for at the start has been opened. */
  #mounted = false;

  constructor(emit: Emit) {
    super(emit);
    this.afterFollowing = () => resumeClientTool(this);
    this.api.connection.away.subscribe(() => this.#onConnection());
  }

  /** Takes a full set of options. Only what differs from the last set has an effect. */
  configure(given: ElementOptions): void {
    const { problem } = checkOptions(given);
    if (problem) this.report(new InvalidFrameParamsError(problem));
    const options = readOptions(given);
    if (!options) return;
    const before = this.options.value;
    if (before && sameOptions(before, options)) {
      // Nothing asks for anything new, but the functions may be newer: they are looked up when they are called.
      Object.assign(before, options);
      return;
    }
    this.options.value = options;
    setLocale(this, options.locale);
    // A tool that is no longer offered is no longer chosen.
    if (!this.draft.tool) this.selectTool(null);
    if (before && before.api.url !== options.api.url) {
      this.api.forgetSecret();
      this.threadList.reset();
      if (this.alive) this.#joinOtherTabs();
      void showThread(this, problem ? null : (options.initialThread ?? null));
    } else if (this.alive) this.#mount();
    if (this.alive) this.#askForSecret();
    if (problem) this.failure.value = { message: this.t.value('error.options', { reason: problem }), code: 'options' };
    else if (this.failure.value?.code === 'options') this.failure.value = null;
  }

  /** The element is in a document. */
  start(): void {
    if (this.alive) return;
    this.alive = true;
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.api.connection.start();
    if (this.#mounted) {
      this.#joinOtherTabs();
      void fetchUpdates(this).catch(() => {});
    } else this.#mount();
    if (this.options.value) this.#askForSecret();
  }

  /** The element has left the document for good, as far as it can know. */
  suspend(): void {
    if (!this.alive) return;
    this.alive = false;
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.api.connection.stop();
    this.threadList.leave();
    leaveAnswer(this);
  }

  #mount(): void {
    const options = this.options.value;
    if (this.#mounted || !options || checkOptions(options).problem) return;
    this.#mounted = true;
    this.#joinOtherTabs();
    if (options.initialThread) void showThread(this, options.initialThread, { tell: false });
  }

  #joinOtherTabs(): void {
    this.threadList.join(String(this.options.value?.api.url), (id) => leaveDeletedThread(this, id));
  }

  /** Before anything is sent: there are front ends that hide the chat until they were asked. */
  #askForSecret(): void {
    this.api.secret().catch((error) => this.report(error));
  }

  #onVisibility = (): void => {
    if (document.visibilityState === 'hidden') closeLive(this);
    else openLive(this);
  };

  /** The server has gone, or is back: then what waited for it goes on. Messages wait in `api.stream`. */
  #onConnection(): void {
    showOffline(this);
    if (this.api.connection.away.value || !this.alive) return;
    // Lines that hung through it may never show that they are dead. A resumable server sends what was missed.
    if (!breakStream(this) && this.feed) {
      closeLive(this);
      openLive(this);
    }
    this.draft.retryLost();
    reloadUnreadable(this);
    if (this.threadList.state.value === 'failed') void this.threadList.load();
  }

  /** Throws when the method cannot be carried out now. */
  refuseWhenBusy(method: string): void {
    const given = this.options.value;
    const phase = this.phase.value;
    const problem = given ? checkOptions(given).problem : 'setOptions() was not called';
    if (problem) throw new IntegrationError(`ChatKit: ${method}() ignored - ${problem}`);
    if (isRunning(phase)) throw new IntegrationError(`ChatKit: ${method}() ignored - already responding`);
    if (phase.name === 'loading') throw new IntegrationError(`ChatKit: ${method}() ignored - loading a thread`);
  }

  openThread(id: string | null): Promise<void> {
    return openThread(this, id);
  }

  async deleteThread(id: string): Promise<void> {
    await this.threadList.remove(id);
    leaveDeletedThread(this, id);
  }

  async renameThread(id: string, title: string): Promise<void> {
    const thread = this.conversation.thread.value;
    if (thread?.id === id) this.conversation.thread.value = { ...thread, title };
    await this.threadList.rename(id, title);
  }

  answerQuestions(itemId: string, input: QuestionAnswers): void {
    answerQuestions(this, itemId, input);
  }

  /** Puts the caret into the composer; not where that brings up a keyboard over what one has come to read. */
  readyToWrite(): void {
    if (!matchMedia('(pointer: coarse)').matches) this.focusRequests.value++;
  }

  print(): void {
    this.printing.value = true;
    // Two frames: one draws what was not on the screen, the next has it laid out.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        window.print();
        this.printing.value = false;
      }),
    );
  }

  openDeeplink(name: string, data: Record<string, unknown>): void {
    this.emit('chatkit.deeplink', { name, data });
  }
}
