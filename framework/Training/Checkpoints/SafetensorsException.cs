using Compression.Core.Reporting;

namespace Compression.Training.Checkpoints;

/// <summary>A file is no safetensors file, or holds other tensors than were asked for.</summary>
/// <param name="file">The file.</param>
/// <param name="problem">What is wrong with it, and what to do.</param>
/// <param name="cause">The failure below, if any.</param>
public sealed class SafetensorsException(string file, string problem, Exception? cause = null)
    : UserErrorException(ExitCode.Checkpoint, $"{file}: {problem}", cause);
