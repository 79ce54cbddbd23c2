using Executor.Grpc.AspNetCore;

namespace Executor.Flight.AspNetCore.Authentication;

/// <summary>Passes every call's credentials through the authenticator.</summary>
internal sealed class CallAuthentication(FlightAuthenticator authenticator)
{
    public async ValueTask AuthenticateAsync(ServerCallContext context)
    {
        var credentials = Credentials.Read(context.RequestHeaders);
        await authenticator(credentials.Token, context);
        if (credentials.IsBasic)
        {
            context.GetHttpContext().Response.Headers.Authorization = $"Bearer {credentials.Token}";
        }
    }
}
