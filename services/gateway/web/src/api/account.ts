/** Oneself: what one is called, how one signs in, and where one is signed in. */
import { queryOptions } from "@tanstack/react-query";

import { api, ifMatch, type Me, type Schemas, take } from "./client";

export const secondFactorQuery = queryOptions({
  queryKey: ["me", "second-factor"],
  queryFn: () => take(api.GET("/api/v1/me/second-factor")),
});

export const sessionsQuery = queryOptions({
  queryKey: ["me", "sessions"],
  queryFn: () => take(api.GET("/api/v1/me/sessions", { params: { query: { page_size: 100 } } })),
});

export const keepMe = (me: Me, body: Schemas["MyPatch"]) => take(api.PATCH("/api/v1/me", { params: { header: ifMatch(me.version) }, body }));

export const changePassword = (body: Schemas["NewPassword"]) => take(api.PUT("/api/v1/me/password", { body }));

export const startSecondFactor = (password: string) => take(api.POST("/api/v1/me/second-factor", { body: { password } }));

export const confirmSecondFactor = (code: string) => take(api.POST("/api/v1/me/second-factor/confirmation", { body: { code } }));

export const renewRecoveryCodes = (body: Schemas["SecondFactorProof"]) => take(api.POST("/api/v1/me/second-factor/recovery-codes", { body }));

export const removeSecondFactor = (body: Schemas["SecondFactorProof"]) => take(api.POST("/api/v1/me/second-factor/removal", { body }));

export const endSession = (session: string) => take(api.DELETE("/api/v1/me/sessions/{session}", { params: { path: { session } } }));

export const endOtherSessions = () => take(api.DELETE("/api/v1/me/sessions"));

export const tokensQuery = queryOptions({
  queryKey: ["me", "tokens"],
  queryFn: () => take(api.GET("/api/v1/me/tokens", { params: { query: { page_size: 200 } } })),
});

export const makeToken = (body: Schemas["NewToken"]) => take(api.POST("/api/v1/me/tokens", { body }));

export const revokeToken = (token: string) => take(api.DELETE("/api/v1/me/tokens/{token}", { params: { path: { token } } }));

export const substituteQuery = queryOptions({
  queryKey: ["me", "substitute"],
  queryFn: () => take(api.GET("/api/v1/me/substitute")),
});

export const setSubstitute = (body: Schemas["NewSubstitute"]) => take(api.PUT("/api/v1/me/substitute", { body }));

export const removeSubstitute = () => take(api.DELETE("/api/v1/me/substitute"));
