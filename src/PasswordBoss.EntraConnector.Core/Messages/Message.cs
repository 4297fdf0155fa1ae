using System;
using System.Collections.Generic;
using System.Globalization;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>
/// A sentence, stored as an id with arguments and rendered from <c>Messages.resx</c> in the reader's language.
/// </summary>
public sealed class Message : IEquatable<Message>
{
    private const string ConnectionName = "<name>";

    private readonly string[] arguments;

    /// <summary>Creates a message.</summary>
    /// <param name="id">The name of the text in <c>Messages.resx</c>.</param>
    /// <param name="arguments">The values for <c>{0}</c>, <c>{1}</c> and so on. Addresses in them lose their user info, which may be a password.</param>
    public Message(string id, params string[] arguments)
    {
        Id = id;
        this.arguments = Masked(arguments);
    }

    /// <summary>The name of the text.</summary>
    public string Id { get; }

    /// <summary>The values for <c>{0}</c>, <c>{1}</c> and so on, in order.</summary>
    public IReadOnlyList<string> Arguments => arguments;

    /// <summary>The sentence in one language, on one line and safe to show (<see cref="InertText"/>), because most arguments come from outside.</summary>
    /// <param name="culture">The language; null for the current UI culture.</param>
    public string Render(CultureInfo? culture = null)
    {
        var text = MessageText.Find(Id, culture);
        return arguments.Length == 0 ? text : InertText.Of(string.Format(CommandArgument.Format, text, arguments));
    }

    /// <summary>
    /// The sentence as <see cref="Render"/> returns it, with the name of the connection in its commands. Many texts recommend a command, but the code that found the
    /// problem may not know the connection, and stored texts do not contain it.
    /// </summary>
    /// <param name="connection">The name of the connection that the text is about.</param>
    /// <param name="culture">The language; null for the current UI culture.</param>
    public string RenderFor(string connection, CultureInfo? culture = null)
    {
        var text = Render(culture);
        return text.Contains(ConnectionName) ? text.Replace(ConnectionName, InertText.Of(CommandArgument.Quoted(connection))) : text;
    }

    /// <inheritdoc/>
    public override string ToString() => Render();

    /// <inheritdoc/>
    public bool Equals(Message? other)
    {
        if (other is null || !string.Equals(Id, other.Id, StringComparison.Ordinal) || arguments.Length != other.arguments.Length)
            return false;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!string.Equals(arguments[i], other.arguments[i], StringComparison.Ordinal))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Message);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Id);

    private static string[] Masked(string[] arguments)
    {
        string[]? masked = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            // An argument may be null if the text does not use it.
            if (arguments[i] is not { } argument || UserInfoMask.Apply(argument) is var clean && ReferenceEquals(clean, argument))
                continue;
            masked ??= (string[])arguments.Clone();
            masked[i] = clean;
        }

        return masked ?? arguments;
    }
}
