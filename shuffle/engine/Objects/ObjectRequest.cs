namespace Executor.Shuffle.Engine.Objects;

/// <summary>The kinds of request that object stores count and bill.</summary>
public enum RequestMethod
{
    /// <summary>PUT and POST: writes, their parts, the begin and the completion of uploads.</summary>
    Put,

    /// <summary>GET of an object or of a range.</summary>
    Get,

    /// <summary>HEAD.</summary>
    Head,

    /// <summary>A page of a listing.</summary>
    List,

    /// <summary>DELETE, of an unfinished upload too.</summary>
    Delete,
}

/// <summary>One request to an object store, as it has ended. Each try counts.</summary>
/// <param name="Method">What kind it was.</param>
/// <param name="Key">The object's key; of a listing, the prefix.</param>
/// <param name="Succeeded">False where the server did not answer, or answered that it failed; that an object is missing or is there already is an answer.</param>
/// <param name="IsRetry">True where it repeats one that has failed.</param>
public readonly record struct ObjectRequest(RequestMethod Method, string Key, bool Succeeded = true, bool IsRetry = false);

/// <summary>Is told of requests to an object store.</summary>
public interface IRequestObserver
{
    /// <summary>Notes a request. Quick, thread-safe, and never throws.</summary>
    void OnRequest(in ObjectRequest request);

    /// <summary>Notes the bytes that an operation has moved to or from an object. As <see cref="OnRequest"/>.</summary>
    void OnBytes(string key, long written, long read)
    {
    }
}
