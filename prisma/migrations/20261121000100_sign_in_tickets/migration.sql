-- A sign-in that takes more than one step: what was shown so far, and the ticket that ends it, are one-time tokens too.
ALTER TYPE "TokenPurpose" ADD VALUE 'TWO_STEP';
ALTER TYPE "TokenPurpose" ADD VALUE 'SIGN_IN';
ALTER TYPE "TokenPurpose" ADD VALUE 'PASSKEY';
