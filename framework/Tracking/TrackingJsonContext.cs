using System.Text.Json.Serialization;
using Compression.Core.Reporting;
using Compression.Tracking.Provenance;
using Compression.Tracking.Wandb;
using Compression.Tracking.Wandb.Upload;

namespace Compression.Tracking;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(FiniteNumberConverter)])]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(RunEnvironment))]
[JsonSerializable(typeof(UploadState))]
[JsonSerializable(typeof(RunPointer))]
internal sealed partial class TrackingJsonContext : JsonSerializerContext;
