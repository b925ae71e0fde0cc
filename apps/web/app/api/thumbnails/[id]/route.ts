import { readThumbnail } from "@/server/answers";
import { replyFailure } from "@/server/reply";

export const dynamic = "force-dynamic";

const headers = {
  "Content-Type": "image/webp",
  // The address changes with the index (`?v=`), so a copy is never stale.
  "Cache-Control": "public, max-age=31536000, immutable",
  "Content-Security-Policy": "default-src 'none'; sandbox",
};

export async function GET(
  _request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  try {
    const picture = await readThumbnail((await params).id);
    return new Response(new Uint8Array(picture), { headers });
  } catch (error) {
    return replyFailure(error);
  }
}
