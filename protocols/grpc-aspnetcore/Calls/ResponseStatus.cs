using System.Globalization;
using Executor.Grpc.Framing;
using Microsoft.AspNetCore.Http;

namespace Executor.Grpc.AspNetCore.Calls;

/// <summary>Puts a call's status where gRPC has it: in trailers, or in the headers of a response that has no messages.</summary>
internal static class ResponseStatus
{
    public static void Write(HttpResponse response, Status status, Metadata? trailers)
    {
        Add(response, HeaderNames.Status, ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture));
        if (!string.IsNullOrEmpty(status.Detail))
        {
            Add(response, HeaderNames.Message, StatusMessage.Encode(status.Detail));
        }

        foreach (var entry in trailers ?? [])
        {
            Add(response, entry.Key, MetadataHeaders.Format(entry));
        }
    }

    private static void Add(HttpResponse response, string name, string value)
    {
        if (response.HasStarted)
        {
            response.AppendTrailer(name, value);
        }
        else
        {
            response.Headers.Append(name, value);
        }
    }
}
