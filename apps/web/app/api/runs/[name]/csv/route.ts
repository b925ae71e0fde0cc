import { metricsCsv } from "@/server/metrics-csv";
import { replyFailure } from "@/server/reply";
import { openRun } from "@/server/runs";

export const dynamic = "force-dynamic";

export async function GET(
  _request: Request,
  { params }: { params: Promise<{ name: string }> },
): Promise<Response> {
  try {
    const { metrics } = await openRun((await params).name);
    return new Response(metricsCsv(metrics), {
      headers: {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": 'attachment; filename="metrics.csv"',
        "Cache-Control": "no-store",
      },
    });
  } catch (error) {
    return replyFailure(error);
  }
}
