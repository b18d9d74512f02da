import { Component, createContext, Fragment, h } from 'preact';
import {
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'preact/hooks';
import { jsx, jsxs } from 'preact/jsx-runtime';

/**
 * The one Preact of the page, for the lazy parts: a second copy would not know the contexts and hooks of the first.
 * `build.ts` makes the imports of a lazy part read these; a name missing here fails its build.
 */
export const runtime = {
  Component,
  createContext,
  Fragment,
  h,
  jsx,
  jsxs,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
};

/** The global symbol under which lazy parts find it. */
export const runtimeKey = 'causerie.chatkit.runtime';

export function shareRuntime(): void {
  (globalThis as Record<symbol, unknown>)[Symbol.for(runtimeKey)] = runtime;
}
