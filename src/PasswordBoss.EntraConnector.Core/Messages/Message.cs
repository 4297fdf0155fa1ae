using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>
/// A sentence, stored as an id with arguments and rendered from <c>Messages.resx</c> in the reader's language. An argument may be a message too, so that a reason inside
/// a sentence has the same language.
/// </summary>
public sealed class Message : IEquatable<Message>
{
    private const string ConnectionName = "<name>";

    // What is shown for a value that a stored text lacks. No text has more values than this.
    private const string Unknown = "?";
    private const int MaxValues = 16;

    private readonly MessageArgument[] arguments;

    /// <summary>Creates a message.</summary>
    /// <param name="id">The name of the text in <c>Messages.resx</c>.</param>
    /// <param name="arguments">The values for <c>{0}</c>, <c>{1}</c> and so on. Addresses in them lose their user info, which may be a password.</param>
    public Message(string id, params MessageArgument[] arguments)
    {
        Id = id;
        this.arguments = Masked(arguments);
    }

    /// <summary>The name of the text.</summary>
    public string Id { get; }

    /// <summary>The values for <c>{0}</c>, <c>{1}</c> and so on, in order.</summary>
    public IReadOnlyList<MessageArgument> Arguments => arguments;

    /// <summary>The sentence in one language, on one line and safe to show (<see cref="InertText"/>), because most arguments come from outside.</summary>
    /// <param name="culture">The language; null for the current UI culture.</param>
    public string Render(CultureInfo? culture = null)
    {
        var values = Array.ConvertAll(arguments, argument => (object)argument.Render(culture));
        // A stored text may be of another version of the module, with another id or other values. It must not hide the texts around it.
        if (MessageResources.Find(Id, culture) is not { } text)
            return Texts.TextOfOtherVersion(values.Length == 0 ? Id : Id + ": " + string.Join(", ", values)).Render(culture);
        // The last value may be empty, such as a hint that is not known.
        return values.Length == 0 ? text : InertText.Of(Format(text, values)).TrimEnd();
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
            if (arguments[i] != other.arguments[i])
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Message);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Id);

    private static string Format(string text, object[] values)
    {
        try
        {
            return string.Format(CommandArgument.Format, text, values);
        }
        catch (FormatException)
        {
            return string.Format(CommandArgument.Format, text, values.Concat(Enumerable.Repeat<object>(Unknown, MaxValues)).ToArray());
        }
    }

    private static MessageArgument[] Masked(MessageArgument[] arguments)
    {
        MessageArgument[]? masked = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            var clean = arguments[i].Masked();
            if (clean.IsSame(arguments[i]))
                continue;
            masked ??= (MessageArgument[])arguments.Clone();
            masked[i] = clean;
        }

        return masked ?? arguments;
    }
}
