using Executor.Grpc;
using Executor.Grpc.AspNetCore;

namespace Executor.Flight.AspNetCore.Authentication;

/// <summary>
/// Decides whether a call may go on. Runs before every method, and for handshakes with the credentials shaken hands with.
/// Refuses by throwing <see cref="RpcException"/>, as a rule with <see cref="StatusCode.Unauthenticated"/>; may leave what it
/// learned in <see cref="ServerCallContext.UserState"/>.
/// </summary>
/// <param name="token">
/// The token of <c>authorization: Bearer</c> or of <c>auth-token-bin</c>, the password of <c>authorization: Basic</c> (whatever the
/// user's name) or of a handshake; null where the call carries none.
/// </param>
/// <param name="context">The call.</param>
public delegate ValueTask FlightAuthenticator(string? token, ServerCallContext context);
