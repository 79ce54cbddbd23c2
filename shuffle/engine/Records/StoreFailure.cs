using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Objects;

namespace Executor.Shuffle.Engine.Records;

/// <summary>Says failures of the object store in the shuffle's terms.</summary>
public static class StoreFailure
{
    /// <summary>The failure as callers of the shuffle know it.</summary>
    public static ShuffleException From(ObjectStoreException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var error = exception.Error switch
        {
            ObjectStoreError.Unavailable => ShuffleError.Unavailable,
            ObjectStoreError.Full => ShuffleError.ResourceExhausted,
            ObjectStoreError.InvalidKey => ShuffleError.Invalid,
            _ => ShuffleError.Internal,
        };
        return new ShuffleException(error, exception.Message, exception);
    }
}
