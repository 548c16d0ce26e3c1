namespace Compression.Tracking.Wandb.Upload;

/// <summary>What a sync did.</summary>
/// <param name="NewRows">Rows of history that went to the server.</param>
/// <param name="Rows">Rows that it has now.</param>
/// <param name="IsTorn">The log ends in a record that was cut off, as after a kill.</param>
/// <param name="Damage">What of the log could not be read; null where that is nothing.</param>
internal sealed record UploadResult(long NewRows, long Rows, bool IsTorn, LogDamage? Damage);

/// <summary>What a log has lost.</summary>
/// <param name="At">First byte that is damaged.</param>
/// <param name="Records">Records that are missing; at least so many, where the last ones are.</param>
/// <param name="Rows">Rows of history among them that the server has not got from elsewhere.</param>
internal sealed record LogDamage(long At, long Records, long Rows);
