namespace Executor.TestKit.S3;

/// <summary>A request as a plan of faults sees it.</summary>
/// <param name="Number">Its place among all requests, from 1.</param>
/// <param name="Method">GET, PUT and so on.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Range">The Range header, if there is one.</param>
/// <param name="IsConditionalCreate">Whether it has the header <c>If-None-Match: *</c>.</param>
/// <param name="Host">The host that it is for, and the port.</param>
public sealed record ProxiedRequest(int Number, string Method, string Target, string? Range, bool IsConditionalCreate, string Host);
