using System.Text.Json.Serialization;
using Compression.Core.Reporting;
using Compression.Tracking.Provenance;

namespace Compression.Tracking;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(FiniteNumberConverter)])]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(RunEnvironment))]
internal sealed partial class TrackingJsonContext : JsonSerializerContext;
