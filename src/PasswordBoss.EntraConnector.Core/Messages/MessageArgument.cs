using System;
using System.Globalization;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>
/// A value of a text: either words that are the same in every language, such as a name or the response of a server, or a message, which is rendered in the language of
/// the text that contains it.
/// </summary>
public readonly struct MessageArgument : IEquatable<MessageArgument>
{
    private readonly object? value;

    private MessageArgument(object? value) => this.value = value;

    /// <summary>The words; null if the value is a message, or if there is no value.</summary>
    public string? Text => value as string;

    /// <summary>The message; null if the value is words.</summary>
    public Message? Message => value as Message;

    /// <summary>Words as a value.</summary>
    /// <param name="text">The words; may be null if the text does not use the value.</param>
    public static implicit operator MessageArgument(string? text) => new(text);

    /// <summary>A message as a value.</summary>
    /// <param name="message">The message.</param>
    public static implicit operator MessageArgument(Message message) => new(message);

    /// <summary>Whether two values are equal.</summary>
    public static bool operator ==(MessageArgument left, MessageArgument right) => left.Equals(right);

    /// <summary>Whether two values differ.</summary>
    public static bool operator !=(MessageArgument left, MessageArgument right) => !left.Equals(right);

    /// <summary>The value in one language. A message ends without a space, because its last value may be empty.</summary>
    /// <param name="culture">The language; null for the current UI culture.</param>
    public string Render(CultureInfo? culture = null) => Message is { } message ? message.Render(culture).TrimEnd() : Text ?? "";

    /// <inheritdoc/>
    public override string ToString() => Render();

    /// <inheritdoc/>
    public bool Equals(MessageArgument other) => Equals(value, other.value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MessageArgument other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => value?.GetHashCode() ?? 0;

    /// <summary>The value without the user info of addresses. A message has already removed it.</summary>
    internal MessageArgument Masked() => value is string text ? new MessageArgument(UserInfoMask.Apply(text)) : this;

    /// <summary>Whether both are the same object, so that nothing has to be copied.</summary>
    /// <param name="other">The other value.</param>
    internal bool IsSame(MessageArgument other) => ReferenceEquals(value, other.value);
}
