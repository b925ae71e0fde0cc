import { findPicture } from "@/server/pictures";
import { replyFailure } from "@/server/reply";

export const dynamic = "force-dynamic";

const headers = {
  "Content-Type": "image/png",
  "Cache-Control": "private, max-age=86400, immutable",
  "Content-Security-Policy": "default-src 'none'; sandbox",
};

export async function GET(
  _request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  try {
    const { png } = findPicture((await params).id);
    return new Response(new Uint8Array(png), { headers });
  } catch (error) {
    return replyFailure(error);
  }
}
