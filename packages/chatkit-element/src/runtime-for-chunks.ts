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
 * The one Preact on the page, for the parts that are loaded later: a second copy would not know the first one's contexts
 * and hooks. `build.ts` makes the imports of such a part read these; a name missing here fails its build.
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

/** Where the parts find it. */
export const runtimeKey = 'causerie.chatkit.runtime';

export function shareRuntime(): void {
  (globalThis as Record<symbol, unknown>)[Symbol.for(runtimeKey)] = runtime;
}
