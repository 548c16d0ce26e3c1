using Compression.Training.Parameters;

namespace Compression.Training.Sessions;

/// <summary>The SHA-256 of the parameters with which a run ended.</summary>
internal static class ModelHash
{
    /// <summary>Of a model that is spread, on rank 0 alone, to which the others send; and not after a failure, when a peer may be gone.</summary>
    /// <param name="model">The model of this rank.</param>
    /// <param name="rank">Of all.</param>
    /// <param name="failed">The run ends by a failure.</param>
    /// <returns>Lower-case hex; empty where it is not known.</returns>
    public static string Of(ITrainableModel model, int rank, bool failed)
    {
        if (ReferenceEquals(model.Whole, model.Storage))
        {
            return model.Storage.Sha256();
        }

        if (failed)
        {
            return "";
        }

        if (rank == 0)
        {
            return model.Whole.Sha256();
        }

        model.Whole.Send();
        return "";
    }
}
