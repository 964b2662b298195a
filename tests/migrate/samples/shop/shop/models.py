from shop import db


class Item(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(40), unique=True, nullable=False)
    price = db.Column(db.Integer, default=0)

    def as_dict(self):
        return {"id": self.id, "name": self.name, "price": self.price}
