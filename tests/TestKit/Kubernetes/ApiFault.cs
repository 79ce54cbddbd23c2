using Microsoft.AspNetCore.Http;

namespace Executor.TestKit.Kubernetes;

/// <summary>Something that goes wrong, as often as told, with the requests that it fits, before they reach the objects.</summary>
/// <param name="Fits">Which requests.</param>
/// <param name="Answer">What happens instead.</param>
/// <param name="Times">How often.</param>
public sealed record ApiFault(Func<FakeRequest, bool> Fits, Func<HttpContext, Task> Answer, int Times = 1)
{
    /// <summary>Refuses.</summary>
    public static ApiFault Refuse(Func<FakeRequest, bool> fits, ApiErrorException error, int times = 1) => new(fits, _ => throw error, times);

    /// <summary>Breaks the connection instead of answering.</summary>
    public static ApiFault Abort(Func<FakeRequest, bool> fits, int times = 1) => new(
        fits,
        context =>
        {
            context.Abort();
            return Task.CompletedTask;
        },
        times);

    /// <summary>Answers with success and nothing: a watch that closes at once.</summary>
    public static ApiFault CloseAtOnce(Func<FakeRequest, bool> fits, int times = 1) => new(fits, context => context.Response.StartAsync(), times);

    /// <summary>Never answers.</summary>
    public static ApiFault Hang(Func<FakeRequest, bool> fits, int times = 1) =>
        new(fits, context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted), times);
}
