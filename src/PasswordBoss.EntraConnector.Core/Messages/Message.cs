using System;
using System.Collections.Generic;
using System.Globalization;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>
/// A sentence as an id with arguments. It is stored in this form and rendered in the reader's language, from <c>Messages.resx</c>.
/// </summary>
public sealed class Message : IEquatable<Message>
{
    private readonly string[] arguments;

    /// <summary>Creates a message.</summary>
    /// <param name="id">The name of the text in <c>Messages.resx</c>.</param>
    /// <param name="arguments">What its numbered gaps are filled with; addresses in them lose their user info, which may be a password.</param>
    public Message(string id, params string[] arguments)
    {
        Id = id;
        this.arguments = Masked(arguments);
    }

    /// <summary>The name of the text.</summary>
    public string Id { get; }

    /// <summary>What the gaps are filled with, in order.</summary>
    public IReadOnlyList<string> Arguments => arguments;

    /// <summary>The sentence in one language, on one line and inert (<see cref="InertText"/>): others wrote what most gaps are filled with.</summary>
    /// <param name="culture">The language; the current user interface's when null.</param>
    public string Render(CultureInfo? culture = null)
    {
        var text = MessageText.Find(Id, culture);
        return arguments.Length == 0 ? text : InertText.Of(string.Format(culture ?? CultureInfo.CurrentUICulture, text, arguments));
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
            // Callers may pass null for a gap that the text does not have.
            if (arguments[i] is not { } argument || UserInfoMask.Apply(argument) is var clean && ReferenceEquals(clean, argument))
                continue;
            masked ??= (string[])arguments.Clone();
            masked[i] = clean;
        }

        return masked ?? arguments;
    }
}
