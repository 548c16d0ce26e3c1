using Compression.Core.Gradients;

namespace Compression.Training.Parameters;

/// <summary>All parameters of a model, of which this rank may hold a part only.</summary>
public interface IWholeModel
{
    /// <summary>Of all parameters.</summary>
    BucketLayout Layout { get; }

    /// <summary>Shows every parameter in the order of the layout. On rank 0, while all others are in <see cref="Send"/>.</summary>
    /// <param name="visit">Given the place and the values; they are gone when it returns.</param>
    void Walk(Action<ParameterSlot, ReadOnlySpan<float>> visit);

    /// <summary>Sends rank 0 what it needs to walk; nothing where it holds all itself.</summary>
    void Send();
}
