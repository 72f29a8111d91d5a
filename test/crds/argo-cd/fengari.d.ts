/** The part of Lua's C interface, as fengari has it, that ./lua.ts calls. */
declare module 'fengari' {
  type State = object;
  type LuaString = Uint8Array;
  type Library = (state: State) => number;

  export const lua: {
    readonly LUA_OK: number;
    readonly LUA_TTABLE: number;
    lua_createtable(state: State, inOrder: number, byKey: number): void;
    lua_getfield(state: State, at: number, key: LuaString): number;
    lua_pcall(state: State, given: number, returned: number, handler: number): number;
    lua_pop(state: State, count: number): void;
    lua_pushboolean(state: State, value: boolean): void;
    lua_pushnil(state: State): void;
    lua_pushnumber(state: State, value: number): void;
    lua_pushstring(state: State, value: LuaString): void;
    lua_setfield(state: State, at: number, key: LuaString): void;
    lua_setglobal(state: State, name: LuaString): void;
    lua_rawseti(state: State, at: number, index: number): void;
    lua_tojsstring(state: State, at: number): string;
    lua_type(state: State, at: number): number;
  };
  export const lauxlib: {
    luaL_loadstring(state: State, script: LuaString): number;
    luaL_newstate(): State;
    luaL_requiref(state: State, name: LuaString, library: Library, isGlobal: boolean): void;
  };
  export const lualib: { readonly luaopen_base: Library; readonly luaopen_table: Library };
  export const to_luastring: (text: string) => LuaString;
}
