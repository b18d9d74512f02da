/// <reference types="vite/client" />
/// <reference types="@openai/chatkit" />
