using System.Globalization;
using System.Reflection;

namespace Compression.Torch.Tests;

/// <summary>Writes members as the list of TorchSharp's signatures does: short type names, no nullability, arrays of any rank as [].</summary>
internal static class SignatureText
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(int)] = "int", [typeof(long)] = "long",
        [typeof(float)] = "float", [typeof(double)] = "double", [typeof(string)] = "string", [typeof(object)] = "object",
    };

    public static string Of(MethodInfo method)
    {
        string generic = method.IsGenericMethod ? $"<{string.Join(",", method.GetGenericArguments().Select(Name))}>" : "";
        return $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    public static string Of(ConstructorInfo constructor) =>
        $"{ShortName(constructor.DeclaringType!)}({Parameters(constructor)})";

    public static string Of(PropertyInfo property)
    {
        ParameterInfo[] index = property.GetIndexParameters();
        string place = index.Length == 0 ? "" : $"[{string.Join(", ", index.Select(Of))}]";
        return $"{Name(property.PropertyType)} {property.Name}{place}";
    }

    public static string Of(FieldInfo field) => $"{(field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}";

    public static string Section(Type type) => type.FullName!.Replace('+', '.');

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Of));

    private static string Of(ParameterInfo parameter)
    {
        string prefix = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : parameter.ParameterType.IsByRef ? "ref " : "";
        string text = $"{prefix}{Name(parameter.ParameterType)} {parameter.Name}";
        return parameter.HasDefaultValue ? $"{text} = {Default(parameter)}" : text;
    }

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        object value when parameter.ParameterType.IsEnum => Enum.ToObject(parameter.ParameterType, value).ToString()!,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        object other => other.ToString()!,
    };

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Name(inner) + "?";
        }

        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        return type.IsGenericType
            ? $"{ShortName(type)}<{string.Join(",", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }

    private static string ShortName(Type type) => type.Name.Split('`')[0];
}
