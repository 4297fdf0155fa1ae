using System;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Errors;

/// <summary>
/// An error of the catalogue. The Clients assembly translates exceptions of third-party packages to it. The original becomes
/// <see cref="Exception.InnerException"/> only if it contains no secrets and no types of isolated packages. User info in addresses is masked everywhere.
/// </summary>
public sealed class ConnectorException : Exception
{
    private readonly string? target;

    /// <summary>Creates an error.</summary>
    /// <param name="id">The stable id.</param>
    /// <param name="arguments">The values of the placeholders in its sentence and its recommended action.</param>
    public ConnectorException(ErrorId id, params string[] arguments)
        : this(id, null, arguments)
    {
    }

    /// <summary>Creates an error with its cause.</summary>
    /// <param name="id">The stable id.</param>
    /// <param name="inner">The cause.</param>
    /// <param name="arguments">The values of the placeholders in its sentence and its recommended action.</param>
    public ConnectorException(ErrorId id, Exception? inner, params string[] arguments)
        : base(null, UserInfoMask.Apply(inner))
    {
        Id = id;
        Text = new Message(ErrorCatalog.SentenceOf(id), arguments);
        Recommendation = new Message(ErrorCatalog.RecommendationOf(id), arguments);
    }

    private ConnectorException(ErrorId id, Message text, Message recommendation)
        : base(null, null)
    {
        Id = id;
        Text = text;
        Recommendation = recommendation;
    }

    /// <summary>An error of the catalogue with another sentence, for the same cause in a different place.</summary>
    /// <param name="id">The stable id; its recommended action must need no arguments.</param>
    /// <param name="text">The sentence.</param>
    public static ConnectorException Saying(ErrorId id, Message text) => new(id, text, new Message(ErrorCatalog.RecommendationOf(id)));

    /// <summary>An error of the catalogue with another sentence, about a target.</summary>
    /// <param name="id">The stable id; its recommended action must need no arguments.</param>
    /// <param name="text">The sentence.</param>
    /// <param name="target">What the error is about.</param>
    /// <param name="targetIsUnnamed">Whether the sentence does not contain the target.</param>
    public static ConnectorException Saying(ErrorId id, Message text, string? target, bool targetIsUnnamed) =>
        new(id, text, new Message(ErrorCatalog.RecommendationOf(id))) { Target = target, TargetIsUnnamed = targetIsUnnamed };

    /// <summary>The same error with another recommended action, for cases where the usual one does not help.</summary>
    /// <param name="recommendation">The recommended action.</param>
    public ConnectorException Advising(Message recommendation) => new(Id, Text, recommendation) { Target = Target, TargetIsUnnamed = TargetIsUnnamed };

    /// <summary>The stable id.</summary>
    public ErrorId Id { get; }

    /// <summary>The class of the error.</summary>
    public ErrorKind Kind => ErrorCatalog.KindOf(Id);

    /// <summary>What happened, and to which object.</summary>
    public Message Text { get; }

    /// <summary>The recommended action.</summary>
    public Message Recommendation { get; }

    /// <summary>What the error is about, if not the connection: an address, a group, a path.</summary>
    public string? Target
    {
        get => target;
        init => target = value is null ? null : UserInfoMask.Apply(value);
    }

    /// <summary>Whether the sentence was written for a whole server and does not contain <see cref="Target"/>. The exception message adds it.</summary>
    public bool TargetIsUnnamed { get; init; }

    /// <summary>Whether a later attempt may succeed without any change.</summary>
    public bool IsTransient => ErrorCatalog.IsTransient(Id);

    /// <inheritdoc/>
    public override string Message => TargetIsUnnamed ? InertText.Of(Target ?? "") + ": " + Text.Render().TrimEnd() : Text.Render().TrimEnd();
}
