import { readAtlas } from "@/server/map";
import { replyFailure } from "@/server/reply";

export const dynamic = "force-dynamic";

const headers = {
  "Content-Type": "image/webp",
  // The address changes with the index (`?v=`), so a copy is never stale.
  "Cache-Control": "public, max-age=31536000, immutable",
  "Content-Security-Policy": "default-src 'none'; sandbox",
};

export async function GET(): Promise<Response> {
  try {
    return new Response(new Uint8Array(await readAtlas()), { headers });
  } catch (error) {
    return replyFailure(error);
  }
}
