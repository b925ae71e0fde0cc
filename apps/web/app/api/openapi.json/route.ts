import description from "@/openapi.json";

/** The description of this API, OpenAPI 3.1. */
export function GET(): Response {
  return Response.json(description, { headers: { "Cache-Control": "max-age=300" } });
}
