using System.Globalization;
using System.Text.Json.Nodes;

namespace Compression.Tracking.Tests.Wandb;

/// <summary>Answers that are JSON and not quite what was to be expected: each value of a good one missing, null, or of another kind.</summary>
internal static class JsonVariants
{
    private static readonly string[] s_values =
        ["null", "7", "-7", "1e400", "99999999999999999999", "9223372036854775807", "true", "\"x\"", "\"\"", "\"\\r\\nX: y\"", "[]", "[null]", "[[]]", "{}", "{\"x\":null}"];

    /// <summary>All variants of an answer, each with what is odd about it.</summary>
    public static IEnumerable<(string What, string Answer)> Of(string answer)
    {
        foreach (string path in Paths(JsonNode.Parse(answer), ""))
        {
            foreach (string value in s_values)
            {
                yield return ($"{path} = {value}", With(answer, path, JsonNode.Parse(value)));
            }

            if (path.Length > 0)
            {
                yield return ($"{path} missing", Without(answer, path));
            }
        }

        yield return ("empty", "");
        yield return ("no JSON", "<html>");
        yield return ("cut off", answer[..^1]);
        yield return ("very deep", new string('[', 5000) + new string(']', 5000));
        yield return ("bytes that are no text", "\ud800");
    }

    // Members of objects by name, of lists by number.
    private static IEnumerable<string> Paths(JsonNode? node, string path)
    {
        yield return path;
        var members = node switch
        {
            JsonObject some => some.Select(member => (member.Key, member.Value)),
            JsonArray list => list.Select((member, number) => ($"{number}", member)),
            _ => [],
        };
        foreach (var (name, member) in members)
        {
            foreach (string below in Paths(member, path.Length == 0 ? name : $"{path}/{name}"))
            {
                yield return below;
            }
        }
    }

    private static string With(string answer, string path, JsonNode? value)
    {
        if (path.Length == 0)
        {
            return value?.ToJsonString() ?? "null";
        }

        var (root, parent, name) = Find(answer, path);
        if (parent is JsonArray list)
        {
            list[int.Parse(name, CultureInfo.InvariantCulture)] = value;
        }
        else
        {
            parent[name] = value;
        }

        return root.ToJsonString();
    }

    private static string Without(string answer, string path)
    {
        var (root, parent, name) = Find(answer, path);
        if (parent is JsonArray list)
        {
            list.RemoveAt(int.Parse(name, CultureInfo.InvariantCulture));
        }
        else
        {
            parent.AsObject().Remove(name);
        }

        return root.ToJsonString();
    }

    private static (JsonNode Root, JsonNode Parent, string Name) Find(string answer, string path)
    {
        var root = JsonNode.Parse(answer)!;
        var parent = root;
        string[] names = path.Split('/');
        foreach (string name in names[..^1])
        {
            parent = parent is JsonArray list ? list[int.Parse(name, CultureInfo.InvariantCulture)]! : parent[name]!;
        }

        return (root, parent, names[^1]);
    }
}
