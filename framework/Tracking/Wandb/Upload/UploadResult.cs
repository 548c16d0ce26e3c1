namespace Compression.Tracking.Wandb.Upload;

/// <summary>What a sync did.</summary>
/// <param name="NewRows">Rows of history that went to the server.</param>
/// <param name="Rows">Rows that it has now.</param>
/// <param name="IsTorn">The log ends in bytes that are no record, as after a kill.</param>
internal sealed record UploadResult(long NewRows, long Rows, bool IsTorn);
