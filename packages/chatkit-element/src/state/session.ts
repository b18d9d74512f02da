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
 * One chat: its state, and its life from the options to the end. `phase.ts` names what it can be doing, and the functions
 * that lead from one phase to the next. The lazy parts call methods, since a function would come with a copy of this folder.
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
      // Nothing changes, but the functions may be newer: they are looked up when they are called.
      Object.assign(before, options);
      return;
    }
    this.options.value = options;
    setLocale(this, options.locale);
    // A tool that the page no longer offers cannot stay chosen.
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

  /** Starts the chat: the element has come into a document. */
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

  /** Stops everything: the element has left the document. `start` may follow. */
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

  /** Asks the page for its client secret at once: some front ends hide the chat until they were asked. */
  #askForSecret(): void {
    this.api.secret().catch((error) => this.report(error));
  }

  #onVisibility = (): void => {
    if (document.visibilityState === 'hidden') closeLive(this);
    else openLive(this);
  };

  /** Shows that the server is away; once it is back, resumes what waited for it. Messages wait in `api.stream`. */
  #onConnection(): void {
    showOffline(this);
    if (this.api.connection.away.value || !this.alive) return;
    // A connection that hung meanwhile may never show that it is dead. A resumable server sends what was missed.
    if (!breakStream(this) && this.feed) {
      closeLive(this);
      openLive(this);
    }
    this.draft.retryLostFiles();
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

  /** Puts the caret into the composer, but not where that brings up a keyboard over the text. */
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
