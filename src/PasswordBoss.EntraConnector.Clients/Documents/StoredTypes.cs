using System;
using System.Collections;
using System.Collections.Generic;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Documents;

/// <summary>Storage rules for the types of <see cref="StoredJson"/> that their properties alone do not define.</summary>
internal static class StoredTypes
{
    // Names that released versions wrote for properties that have another name today.
    private static readonly Dictionary<(Type Type, string Property), string> Names = new()
    {
        [(typeof(UserDoubt), "entraId")] = "id",
        [(typeof(UserDoubt), "reported")] = "told",
        [(typeof(TrackedGroup), "groupId")] = "id",
    };

    // Properties that are left out when they hold no information, so that most texts stay short.
    private static readonly Dictionary<(Type Type, string Property), Func<object, object?, bool>> Conditions = new()
    {
        [(typeof(UserDoubt), "joinedGroups")] = static (_, groups) => groups is IReadOnlyList<string> { Count: > 0 },
        [(typeof(TrackedGroup), "within")] = static (_, groups) => groups is IReadOnlyList<string> { Count: > 0 },
        [(typeof(ConnectionSettings), "tags")] = static (_, tags) => tags is IReadOnlyList<string> { Count: > 0 },
        [(typeof(ConnectionHealth), "refusals")] = static (health, _) => ((ConnectionHealth)health).Refusal is not null,
    };

    private static readonly JsonSerializerOptions Stored = new(StoredJson.Default.Options) { TypeInfoResolver = StoredJson.Default.WithAddedModifier(Adapt) };

    /// <summary>The JSON type information of a type.</summary>
    /// <typeparam name="T">The type.</typeparam>
    public static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Stored.GetTypeInfo(typeof(T));

    private static void Adapt(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
            return;
        KeepDefaults(type);
        foreach (var property in type.Properties)
        {
            if (Conditions.TryGetValue((type.Type, property.Name), out var condition))
                property.ShouldSerialize = condition;
            if (Names.TryGetValue((type.Type, property.Name), out var name))
                property.Name = name;
        }
    }

    // Generated code assigns every init-only property, even if the text has no value for it, so an older text would lose the defaults of newer rules. Therefore
    // an object is created with its defaults and then takes the values of the text.
    private static void KeepDefaults(JsonTypeInfo type)
    {
        if (type.Type.GetConstructor(Type.EmptyTypes) is null)
            return;
        type.CreateObject = () => Activator.CreateInstance(type.Type) ?? throw new InvalidOperationException(type.Type.Name);
        foreach (var property in type.Properties)
        {
            if (property.AttributeProvider is not PropertyInfo { CanWrite: true } member)
                continue;
            property.Set = (target, value) =>
            {
                // Keep the default's empty list instead of a new one: records compare their lists by reference.
                if (value is not ICollection { Count: 0 } || member.GetValue(target) is null)
                    member.SetValue(target, value);
            };
        }
    }
}
