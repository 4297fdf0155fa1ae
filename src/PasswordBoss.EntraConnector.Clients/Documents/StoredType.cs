using System;
using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Documents;

/// <summary>
/// Writes and reads the objects of one type. Each property that can be set is stored under its name in camel case, so a new property is stored without further
/// code; a renamed one needs its stored name in this class.
/// </summary>
internal sealed class StoredType
{
    private static readonly ConcurrentDictionary<Type, StoredType> Known = new();
    private readonly ConstructorInfo constructor;
    private readonly List<StoredProperty> arguments;
    private readonly List<StoredProperty> properties;

    private StoredType(Type type)
    {
        constructor = type.GetConstructors().Single();
        properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).Select(property => new StoredProperty(property)).ToList();
        arguments = constructor.GetParameters().Select(parameter => properties.Single(property => property.Property.Name == parameter.Name)).ToList();
    }

    /// <summary>The rules for the objects of a type.</summary>
    /// <param name="type">The type.</param>
    public static StoredType Of(Type type) => Known.GetOrAdd(type, key => new StoredType(key));

    /// <summary>Writes an object.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="target">The object.</param>
    public void Write(Utf8JsonWriter writer, object target)
    {
        writer.WriteStartObject();
        foreach (var property in properties)
        {
            if (property.Property.GetValue(target) is not { } value || HoldsNothing(target, property.Property.Name, value))
                continue;
            writer.WritePropertyName(property.Name);
            StoredValue.Write(writer, value);
        }

        writer.WriteEndObject();
    }

    /// <summary>Reads an object. It is created with its defaults and then takes the values of the text, because older texts do not have all values.</summary>
    /// <param name="text">The text.</param>
    public object Read(JsonElement text)
    {
        var target = constructor.Invoke(arguments.Select(argument => argument.Read(text) ?? throw new FormatException()).ToArray());
        foreach (var property in properties.Except(arguments))
        {
            var value = property.Read(text);
            if (value is null && property.IsRequired)
                throw new FormatException();
            // Keep the default's empty list instead of a new one: records compare their lists by reference.
            if (value is null || (value is ICollection { Count: 0 } && property.Property.GetValue(target) is not null))
                continue;
            property.Property.SetValue(target, value);
        }

        return target;
    }

    // Properties that are left out when they hold no information, so that most texts stay short.
    private static bool HoldsNothing(object target, string property, object value) => (target, property) switch
    {
        (UserDoubt, nameof(UserDoubt.JoinedGroups)) or (TrackedGroup, nameof(TrackedGroup.Within)) => value is IReadOnlyList<string> { Count: 0 },
        (ConnectionSettings, nameof(ConnectionSettings.Tags)) => value is IReadOnlyList<string> { Count: 0 },
        (ConnectionHealth { LockHeld: null }, nameof(ConnectionHealth.BlockedRuns)) => true,
        _ => false,
    };

    private sealed class StoredProperty(PropertyInfo property)
    {
        public PropertyInfo Property { get; } = property;

        public string Name { get; } = NameOf(property);

        // Compared by name: each assembly for .NET Framework has its own copy of the attribute.
        public bool IsRequired { get; } = property.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "RequiredMemberAttribute");

        /// <summary>The value in the text of an object; null if it is missing or null.</summary>
        public object? Read(JsonElement text) =>
            text.TryGetProperty(Name, out var value) && value.ValueKind != JsonValueKind.Null ? StoredValue.Read(value, Property.PropertyType) : null;

        // Released versions wrote other names for properties that were renamed since.
        private static string NameOf(PropertyInfo property) => (property.DeclaringType?.Name, property.Name) switch
        {
            (nameof(UserDoubt), nameof(UserDoubt.EntraId)) or (nameof(TrackedGroup), nameof(TrackedGroup.GroupId)) => "id",
            (nameof(UserDoubt), nameof(UserDoubt.Reported)) => "told",
            (nameof(ConnectionHealth), nameof(ConnectionHealth.AdoptChangeUnreported)) => "adoptMeaningUntold",
            (nameof(ConnectionHealth), nameof(ConnectionHealth.BlockedRuns)) => "refusals",
            (nameof(ConnectionHealth), nameof(ConnectionHealth.LockHeld)) => "refusal",
            _ => JsonNamingPolicy.CamelCase.ConvertName(property.Name),
        };
    }
}
