using System.Net;
using System.Net.Http.Headers;

namespace Shuffle.Tests.BadClients;

/// <summary>A call of a Flight method whose body is whatever a test says.</summary>
internal static class RawCall
{
    /// <summary>Makes the call and reads the answer to its end.</summary>
    /// <returns>The gRPC status and its message; -1 if the server gave none, but broke the call off.</returns>
    internal static async Task<(int Status, string Message)> SendAsync(Uri address, string key, string method, HttpContent body, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, $"/arrow.flight.protocol.FlightService/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        body.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await response.Content.CopyToAsync(Stream.Null, cancellationToken);
            return (int.Parse(Header("grpc-status", "-1"), System.Globalization.CultureInfo.InvariantCulture), Uri.UnescapeDataString(Header("grpc-message", "")));

            string Header(string name, string otherwise) =>
                response.TrailingHeaders.TryGetValues(name, out var trailing) || response.Headers.TryGetValues(name, out trailing) ? trailing.First() : otherwise;
        }
        catch (HttpRequestException failure)
        {
            return (-1, failure.Message);
        }
        catch (IOException failure)
        {
            return (-1, failure.Message);
        }
    }

    internal static Task<(int Status, string Message)> SendAsync(Uri address, string key, string method, byte[] body, CancellationToken cancellationToken) =>
        SendAsync(address, key, method, new ByteArrayContent(body), cancellationToken);
}
