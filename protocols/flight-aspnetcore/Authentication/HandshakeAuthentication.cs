using System.Text;
using Executor.Grpc;
using Executor.Grpc.AspNetCore;
using Google.Protobuf;

namespace Executor.Flight.AspNetCore.Authentication;

/// <summary>
/// Answers the two handshakes that clients make: an <c>authorization</c> header with no message, which gets a Bearer header back,
/// and a <c>BasicAuth</c> message, which gets a token back that later calls carry in <c>auth-token-bin</c>.
/// </summary>
internal sealed class HandshakeAuthentication(FlightAuthenticator authenticator)
{
    public async Task HandshakeAsync(
        IAsyncStreamReader<FlightHandshakeRequest> requests, IServerStreamWriter<FlightHandshakeResponse> responses, ServerCallContext context)
    {
        if (context.RequestHeaders.Get("authorization") is not null)
        {
            await new CallAuthentication(authenticator).AuthenticateAsync(context);
            await context.WriteResponseHeadersAsync([]);
            while (await requests.MoveNext(context.CancellationToken))
            {
                await responses.WriteAsync(new FlightHandshakeResponse(requests.Current.ProtocolVersion, default));
            }

            return;
        }

        var token = await requests.MoveNext(context.CancellationToken) ? ReadPassword(requests.Current) : null;
        await authenticator(token, context);
        await responses.WriteAsync(new FlightHandshakeResponse(0, Encoding.UTF8.GetBytes(token ?? "")));
    }

    private static string ReadPassword(FlightHandshakeRequest request)
    {
        try
        {
            return Wire.BasicAuth.Parser.ParseFrom(request.Payload.Span).Password;
        }
        catch (InvalidProtocolBufferException)
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "The handshake's payload is not a BasicAuth message."));
        }
    }
}
