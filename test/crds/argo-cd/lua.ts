import { lauxlib, lua, lualib, to_luastring } from 'fengari';

/** The result of an Argo CD health check. */
export interface Health {
  readonly status: string;
  readonly message: string;
}

/**
 * Runs a health check as Argo CD does: the resource is the global `obj`, and only the base library and
 * `table` are open.
 */
export const runHealthCheck = (script: string, resource: object): Health => {
  const state = lauxlib.luaL_newstate();
  const libraries = { _G: lualib.luaopen_base, table: lualib.luaopen_table };
  for (const [name, open] of Object.entries(libraries)) {
    lauxlib.luaL_requiref(state, to_luastring(name), open, true);
    lua.lua_pop(state, 1);
  }
  push(state, JSON.parse(JSON.stringify(resource)));
  lua.lua_setglobal(state, to_luastring('obj'));
  const failed =
    lauxlib.luaL_loadstring(state, to_luastring(script)) !== lua.LUA_OK ||
    lua.lua_pcall(state, 0, 1, 0) !== lua.LUA_OK;
  if (failed) throw new Error(lua.lua_tojsstring(state, -1));
  if (lua.lua_type(state, -1) !== lua.LUA_TTABLE) throw new Error('The script returns no table');
  const field = (name: string): string => {
    lua.lua_getfield(state, -1, to_luastring(name));
    const text = lua.lua_tojsstring(state, -1);
    lua.lua_pop(state, 1);
    return text;
  };
  return { status: field('status'), message: field('message') };
};

/** Pushes a JSON value. */
const push = (state: object, value: unknown): void => {
  if (typeof value === 'string') lua.lua_pushstring(state, to_luastring(value));
  else if (typeof value === 'number') lua.lua_pushnumber(state, value);
  else if (typeof value === 'boolean') lua.lua_pushboolean(state, value);
  else if (Array.isArray(value)) {
    lua.lua_createtable(state, value.length, 0);
    for (const [index, item] of value.entries()) {
      push(state, item);
      lua.lua_rawseti(state, -2, index + 1);
    }
  } else if (typeof value === 'object' && value !== null) {
    lua.lua_createtable(state, 0, Object.keys(value).length);
    for (const [key, item] of Object.entries(value)) {
      push(state, item);
      lua.lua_setfield(state, -2, to_luastring(key));
    }
  } else lua.lua_pushnil(state);
};
